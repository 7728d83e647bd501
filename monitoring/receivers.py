"""What has to happen to monitors and alerts when rows of other rooms change."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction

from accounts.models import Membership, Preferences, Team, User
from monitoring.choices import AlertKind, ResolveReason
from monitoring.models import Alert, Monitor
from monitoring.services.alerts import alerts_check, alerts_shut_rows, alerts_tell_end
from monitoring.services.monitors import baseline_forget
from monitoring.services.reminders import slots_reset
from websites.choices import Health
from websites.models import CatalogueProduct, Website
from websites.sources.registry import polled_kinds


def shop_moved(sender: Any, *, website_id: int, **kwargs: Any) -> None:
    """Another shop's products are other products, also where they have the same ids."""
    baseline_forget(monitors=Monitor.objects.filter(website_id=website_id))
    CatalogueProduct.objects.filter(website_id=website_id).delete()


NO_TROUBLE: dict[str, Any] = {
    "health": Health.NEVER,
    "failure_count": 0,
    "failing_since": None,
    "is_announced_down": False,
    "last_error_code": "",
    "last_error": "",
    "last_advice": "",
}


def website_changed(
    sender: type[Website],
    instance: Website,
    *,
    created: bool,
    update_fields: Collection[str] | None,
    **kwargs: Any,
) -> None:
    """One that is polled no more is not unreachable: no poll would ever find that it recovered."""
    is_source_kept = update_fields is not None and "source" not in update_fields
    if created or is_source_kept or instance.source in polled_kinds():
        return
    this = Website.objects.filter(pk=instance.pk, failure_count__gt=0)
    if not this.update(**NO_TROUBLE):
        return
    for name, value in NO_TROUBLE.items():
        setattr(instance, name, value)
    alerts = Alert.objects.filter(website=instance, kind=AlertKind.UNREACHABLE)
    ended = alerts_shut_rows(alerts, ResolveReason.PAUSED)
    alerts_tell_end(ended=ended, reason=ResolveReason.PAUSED)


RHYTHM = frozenset({"reminders", "reminder_hour", "time_zone"})


def team_changed(
    sender: type[Team],
    instance: Team,
    *,
    created: bool,
    update_fields: Collection[str] | None,
    **kwargs: Any,
) -> None:
    """Its threshold and the hour of its reminders hold from now on, not from the next poll."""
    if created:
        return
    if update_fields is None or "low_stock_threshold" in update_fields:
        alerts_check(monitors=Monitor.objects.filter(website__team=instance, threshold_low=None))
    if update_fields is None or RHYTHM & set(update_fields):
        slots_reset(team=instance)


def preferences_changed(
    sender: type[Preferences],
    instance: Preferences,
    *,
    update_fields: Collection[str] | None = None,
    **kwargs: Any,
) -> None:
    """What is low for a person is judged anew for what is theirs; also when the row is deleted."""
    if update_fields is None or "alert_threshold" in update_fields:
        alerts_check(monitors=Monitor.objects.filter(owner=instance.user_id, threshold_low=None))


def owner_goes(sender: type[User], instance: User, **kwargs: Any) -> None:
    """What was theirs is judged without their wish: the rows name no owner when it is deleted."""
    ids = list(
        Monitor.objects.filter(owner=instance, threshold_low=None).values_list("pk", flat=True)
    )
    if ids:
        transaction.on_commit(lambda: alerts_check(monitors=Monitor.objects.filter(pk__in=ids)))


def member_left(sender: type[Membership], instance: Membership, **kwargs: Any) -> None:
    """What was theirs in the team is nobody's: wishes of a stranger judge none of its stock, and
    the others are told of it again."""
    theirs = Monitor.objects.filter(owner=instance.user_id, website__team=instance.team_id)
    ids = list(theirs.values_list("pk", flat=True))
    if ids:
        Monitor.objects.filter(pk__in=ids).update(owner=None)
        judged = Monitor.objects.filter(pk__in=ids, threshold_low=None)
        transaction.on_commit(lambda: alerts_check(monitors=judged))
