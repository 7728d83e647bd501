"""What has to happen to monitors and alerts when rows of other rooms change."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from accounts.models import Preferences, Team
from monitoring.models import Monitor
from monitoring.services.alerts import alerts_check
from monitoring.services.monitors import baseline_forget
from monitoring.services.reminders import slots_reset
from websites.models import CatalogueProduct


def shop_moved(sender: Any, *, website_id: int, **kwargs: Any) -> None:
    """Another shop's products are other products, also where they have the same ids."""
    baseline_forget(monitors=Monitor.objects.filter(website_id=website_id))
    CatalogueProduct.objects.filter(website_id=website_id).delete()


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
