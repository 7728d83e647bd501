"""Finds messages that would tell only what is over (notifications/outdated.py)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from monitoring.models import MonitorHistory
from notifications.choices import DropCode, Gathered
from notifications.models import NotificationLog
from notifications.outdated import OVER, WANTED, Told, is_overtaken
from notifications.services.outcomes import Dropped
from notifications.services.postponing import is_asked_for

FRESH_FOR = timedelta(minutes=5)
"""A younger message goes as it is: it was true a moment ago, and nobody waited for it."""

OUTDATED = Dropped(code=DropCode.OUTDATED.value, message=str(DropCode.OUTDATED.label))

_COLUMNS = ("id", "event_type", "monitor_id", "website_id", "suppressed", "metadata")


def overtaken_ids(rows: Sequence[NotificationLog], now: datetime) -> set[int]:
    """Ids of the messages all of whose events are over. Digests tell what happened: they stay.

    Two look-ups for all that are older than FRESH_FOR, none when there are none.
    """
    aged = [
        row.pk
        for row in rows
        if row.created_at <= now - FRESH_FOR
        and row.notification_type != Gathered.DIGEST
        and not is_asked_for(row)
    ]
    told = _told(aged) if aged else {}
    if not told:
        return set()
    later = _later([event for events in told.values() for event in events])
    return {
        pk
        for pk, events in told.items()
        if all(is_overtaken(event, later[event.about, event.cause]) for event in events)
    }


def _told(ids: Sequence[int]) -> dict[int, list[Told]]:
    """Message id -> its events, where all of them are of kinds that may be over."""
    links: Any = NotificationLog.events.through.objects.filter(notificationlog_id__in=ids)
    columns = [f"monitorhistory__{name}" for name in _COLUMNS]
    told: defaultdict[int, list[Told]] = defaultdict(list)
    for pk, *values in links.values_list("notificationlog_id", *columns):
        told[pk].append(_event(values))
    return {
        pk: events
        for pk, events in told.items()
        if all(event.event_type in OVER for event in events)
    }


def _later(told: Iterable[Told]) -> Mapping[tuple[tuple[str, int], str], list[Told]]:
    """(what they are about, cause) -> what happened since the oldest of `told`."""
    events = list(told)
    monitors = {number for name, number in (event.about for event in events) if name == "monitor"}
    websites = {number for name, number in (event.about for event in events) if name == "website"}
    rows = MonitorHistory.objects.filter(
        Q(monitor_id__in=monitors) | Q(monitor__isnull=True, website_id__in=websites),
        pk__gt=min(event.id for event in events),
        event_type__in=WANTED,
    )
    found: defaultdict[tuple[tuple[str, int], str], list[Told]] = defaultdict(list)
    for values in rows.order_by("pk").values_list(*_COLUMNS):
        event = _event(values)
        found[event.about, event.cause].append(event)
    return found


def _event(values: Sequence[Any]) -> Told:
    pk, event_type, monitor_id, website_id, suppressed, metadata = values
    about = ("website", website_id) if monitor_id is None else ("monitor", monitor_id)
    is_alert = event_type.startswith("alert_")
    cause = str(metadata.get("cause") or "") if is_alert else ""
    return Told(pk, event_type, about, cause, bool(suppressed))
