"""Which events go to which Channel."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils import timezone

from common.errors import InvalidInputError
from common.texts import joined
from monitoring.choices import EventType
from monitoring.models import Monitor
from notifications.choices import Digest
from notifications.matching import ALL_EVENTS
from notifications.models import Channel, Subscription
from websites.models import Website

ALERT_EVENTS = ("alert_opened", "alert_acknowledged", "alert_reminder", "alert_resolved")
EDITABLE = frozenset({"channel", "events", "websites", "monitors", "digest", "is_active"})
SCOPE_DELETED = "All websites and monitors it named were deleted."


def event_choices() -> list[tuple[str, str]]:
    """(value, label) of everything a subscription may name."""
    alerts = [(name, name.replace("_", " ").capitalize()) for name in ALERT_EVENTS]
    return [(ALL_EVENTS, "Everything"), *EventType.choices, *alerts]


def subscription_create(
    *,
    channel: Channel,
    events: Iterable[str],
    websites: Iterable[Website | int] = (),
    monitors: Iterable[Monitor | int] = (),
    digest: str = Digest.NOW,
    is_active: bool = True,
) -> Subscription:
    """Rows or ids of the channel's team; empty means all. Raises InvalidInputError."""
    subscription = Subscription(channel=channel, is_active=is_active)
    return _apply(
        subscription,
        {"events": events, "websites": websites, "monitors": monitors, "digest": digest},
    )


def subscription_update(*, subscription: Subscription, **changes: Any) -> Subscription:
    """Changes the given fields; another channel must be one of the same team.

    Raises InvalidInputError; TypeError for a field that cannot be changed.
    """
    unknown = set(changes) - EDITABLE
    if unknown:
        raise TypeError(f"subscription_update() cannot change {', '.join(sorted(unknown))}")
    channel = changes.pop("channel", subscription.channel)
    if channel.team_id != subscription.channel.team_id:
        raise _invalid({"channel": ["There is no such channel in the team."]})
    subscription.channel = channel
    return _apply(subscription, changes)


def _apply(subscription: Subscription, changes: dict[str, Any]) -> Subscription:
    team_id = subscription.channel.team_id
    problems: dict[str, list[str]] = {}
    if "events" in changes:
        subscription.events = _events(changes["events"], problems)
    if "digest" in changes:
        subscription.digest = changes["digest"]
        if subscription.digest not in Digest.values:
            problems["digest"] = [f"Must be one of {', '.join(Digest.values)}."]
    if "is_active" in changes:
        subscription.is_active = bool(changes["is_active"])
    scopes = _scopes(team_id, changes, problems)
    _mark_scoped(subscription, scopes, problems)
    if problems:
        raise _invalid(problems)
    with transaction.atomic():
        subscription.save()
        if "websites" in scopes:
            subscription.websites.set(scopes["websites"])
        if "monitors" in scopes:
            subscription.monitors.set(scopes["monitors"])
    return subscription


def subscriptions_disable_emptied() -> int:
    """After a deletion: what named only rows that are gone must not turn to "everything"."""
    return Subscription.objects.filter(pk__in=Subscription.objects.emptied().values("pk")).update(
        is_active=False, disabled_reason=SCOPE_DELETED, updated_at=timezone.now()
    )


def _mark_scoped(
    subscription: Subscription, scopes: Mapping[str, list[int]], problems: dict[str, list[str]]
) -> None:
    """Naming none means all, but for a subscription that lost what it named: whoever saves its
    form again has not asked for everything."""
    stored = _stored_scopes(subscription)
    is_lost = subscription.is_scoped and not any(stored.values())
    is_named = any({**stored, **scopes}.values())
    subscription.is_scoped = is_named or is_lost
    if is_named or not is_lost:
        subscription.disabled_reason = ""
    elif subscription.is_active:
        problems["websites"] = [
            joined(
                SCOPE_DELETED,
                "Name others here or under monitors, or make a new subscription for everything.",
            )
        ]


def _stored_scopes(subscription: Subscription) -> dict[str, list[int]]:
    if subscription._state.adding:
        return {}
    return {
        "websites": list(subscription.websites.values_list("pk", flat=True)),
        "monitors": list(subscription.monitors.values_list("pk", flat=True)),
    }


def _scopes(
    team_id: int, changes: dict[str, Any], problems: dict[str, list[str]]
) -> dict[str, list[int]]:
    """Ids of the named rows; a row of another team is as unknown as one that does not exist."""
    scopes: dict[str, list[int]] = {}
    for name, rows in (("websites", Website.objects), ("monitors", Monitor.objects)):
        if name not in changes:
            continue
        scopes[name] = _ids(changes[name] or ())
        known = rows.of_team(team_id).filter(pk__in=scopes[name]).order_by()
        if set(scopes[name]) - set(known.values_list("pk", flat=True)):
            problems[name] = ["Must be of the team of the channel."]
    return scopes


def _events(given: Any, problems: dict[str, list[str]]) -> list[str]:
    known = {value for value, _ in event_choices()}
    named = [given] if isinstance(given, str) else list(given or ())
    unknown = [str(event) for event in named if not isinstance(event, str) or event not in known]
    events = [] if unknown else list(dict.fromkeys(named))
    if unknown:
        problems["events"] = [f"Unknown: {', '.join(unknown)}."]
    elif not events:
        problems["events"] = ['Name at least one event type, or "*" for all.']
    return events


def _ids(rows: Iterable[Model | int]) -> list[int]:
    return [row if isinstance(row, int) else row.pk for row in rows]


def _invalid(fields: dict[str, list[str]]) -> InvalidInputError:
    return InvalidInputError("The subscription is not valid.", fields=fields)
