"""Alerts that people move, and those that a change of thresholds or monitors moves.

Locks are taken in one order everywhere: website, monitors, alerts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Team
from common.errors import ConflictError
from monitoring.alerting import SYSTEM, Author, Closing, Held, alert_event
from monitoring.choices import AlertStatus, EventType, MonitorStatus, ResolveReason
from monitoring.models import Alert, Monitor
from monitoring.rules import decide
from monitoring.services.alertwriting import alerts_close, thresholds_update
from monitoring.services.episodes import step_events
from monitoring.services.locking import website_lock
from monitoring.services.setbased import update_rows
from monitoring.services.stepping import believed, states_load
from monitoring.services.stockwriting import Step, event_row, write_events
from monitoring.signals import history_recorded, recording_finished
from monitoring.state import Event
from websites.models import Website

_ALREADY = {
    AlertStatus.OPEN: "The alert is open already.",
    AlertStatus.ACKNOWLEDGED: "The alert is acknowledged already.",
    AlertStatus.RESOLVED: "The alert is resolved already.",
}


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """How many monitors were looked at, and what came of it."""

    checked: int = 0
    opened: int = 0
    resolved: int = 0


def alert_acknowledge(*, alert: Alert, author: Author, note: str = "") -> Alert:
    """Somebody cares: no more reminders of it. Raises ConflictError when it is not open."""
    return _moved(
        alert,
        EventType.ALERT_ACKNOWLEDGED,
        author,
        note,
        held=[AlertStatus.OPEN],
        status=AlertStatus.ACKNOWLEDGED,
        acknowledged_at=timezone.now(),
        acknowledged_by_id=author.id,
    )


def alert_resolve(*, alert: Alert, author: Author, note: str = "") -> Alert:
    """Ends it by hand; it opens anew only after stock was otherwise in between. Raises
    ConflictError when it is over already."""
    return _moved(
        alert,
        EventType.ALERT_RESOLVED,
        author,
        note,
        held=[AlertStatus.OPEN, AlertStatus.ACKNOWLEDGED],
        status=AlertStatus.RESOLVED,
        resolved_at=timezone.now(),
        resolved_by_id=author.id,
        resolve_reason=ResolveReason.MANUAL,
    )


def _moved(
    alert: Alert,
    event_type: EventType,
    author: Author,
    note: str,
    *,
    held: list[AlertStatus],
    **changes: Any,
) -> Alert:
    now = timezone.now()
    if note:
        changes["note"] = note[:250]
    with transaction.atomic():
        found = Alert.objects.filter(pk=alert.pk, status__in=held)
        if not found.update(updated_at=now, **changes):
            alert.refresh_from_db()
            raise ConflictError(_ALREADY[AlertStatus(alert.status)])
        alert.refresh_from_db()
        event = alert_event(
            event_type,
            alert_id=alert.pk,
            kind=alert.kind,
            subject=alert.subject,
            reason=ResolveReason.MANUAL,
            author=author,
            note=note,
            quantity=alert.monitor.quantity if alert.monitor else None,
            threshold=alert.threshold,
            monitor_id=alert.monitor_id,
        )
        _tell(alert.website_id, [event], now)
    return alert


def alerts_check(
    *, team: Team | None = None, monitors: QuerySet[Monitor] | None = None
) -> CheckSummary:
    """Compares what was last believed with the thresholds as they are now, at once.

    For all monitors of the team, or the given ones. Paused ones and those that were never read are
    left alone.
    """
    rows = Monitor.objects.all() if monitors is None else monitors
    if team is not None:
        rows = rows.filter(website__team=team)
    rows = rows.exclude(status=MonitorStatus.PAUSED).filter(first_read_at__isnull=False)
    website_ids = rows.order_by("website_id").values_list("website_id", flat=True).distinct()
    summaries = [_website_check(website_id, rows) for website_id in list(website_ids)]
    return CheckSummary(
        checked=sum(one.checked for one in summaries),
        opened=sum(one.opened for one in summaries),
        resolved=sum(one.resolved for one in summaries),
    )


def _website_check(website_id: int, monitors: QuerySet[Monitor]) -> CheckSummary:
    now = timezone.now()
    with transaction.atomic():
        website_lock(website_id)
        rows = monitors.filter(website_id=website_id)
        list(rows.order_by("pk").select_for_update(of=("self",), no_key=True).only("pk"))
        changes = [believed(state) for state in states_load(rows, website_id)]
        steps = [Step(one, {}, "", tuple(decide(one))) for one in changes]
        moved = [
            (one.before.id, one.threshold_state)
            for one in changes
            if one.threshold_state != one.before.threshold_state
        ]
        update_rows(Monitor, match=["id"], change=["threshold_state"], rows=moved)
        told = step_events(website_id=website_id, steps=steps, now=now)
        events = [event for one in told for event in one]
        thresholds_update(website_id, changes)
        if moved or events:
            # A poll under way compared with what was so before.
            Website.objects.filter(pk=website_id).forget_reads()
        _tell(website_id, events, now)
    types = [event.event_type for event in events]
    return CheckSummary(
        checked=len(steps),
        opened=types.count(EventType.ALERT_OPENED),
        resolved=types.count(EventType.ALERT_RESOLVED),
    )


def alerts_end(*, monitors: QuerySet[Monitor], reason: ResolveReason) -> int:
    """Resolves all alerts of monitors that nobody watches any more; returns how many."""
    return len(alerts_tell_end(ended=alerts_shut(monitors=monitors, reason=reason), reason=reason))


def alerts_shut(*, monitors: QuerySet[Monitor], reason: ResolveReason) -> list[Alert]:
    """Resolves them without a word: `alerts_tell_end` says it, when the monitors are gone."""
    return alerts_shut_rows(Alert.objects.filter(monitor__in=monitors.values("pk")), reason)


def alerts_shut_rows(alerts: QuerySet[Alert], reason: ResolveReason) -> list[Alert]:
    """Those of the given alerts that were unresolved."""
    with transaction.atomic():
        found = alerts.filter(resolved_at__isnull=True).order_by("pk")
        shut = list(found.select_for_update(of=("self",), no_key=True))
        alerts_close([Closing(_held(one), reason) for one in shut], timezone.now())
    return shut


def alerts_tell_end(
    *, ended: Sequence[Alert], reason: ResolveReason, is_deleted: bool = False
) -> list[int]:
    """Ids of the events. Those of a deleted monitor go with it, so this one names none."""
    now, ids = timezone.now(), []
    by_website: dict[int, list[Event]] = {}
    for alert in ended:
        event = alert_event(
            EventType.ALERT_RESOLVED,
            alert_id=alert.pk,
            kind=alert.kind,
            subject=alert.subject,
            reason=reason,
            author=SYSTEM,
            threshold=alert.threshold,
            monitor_id=None if is_deleted else alert.monitor_id,
        )
        by_website.setdefault(alert.website_id, []).append(event)
    with transaction.atomic():
        for website_id, events in by_website.items():
            ids += _tell(website_id, events, now)
    return ids


def _held(alert: Alert) -> Held:
    return Held(alert.pk, alert.kind, alert.opened_at, alert.last_sent_at, alert.next_alert_at)


def _tell(website_id: int, events: Sequence[Event], now: datetime) -> list[int]:
    """Writes events of one moment, and rings when they are there."""
    ids = write_events(
        [
            event_row(
                event, website_id=website_id, run_id=None, now=now, monitor_id=event.monitor_id
            )
            for event in events
        ]
    )
    if ids:
        transaction.on_commit(lambda: history_recorded.send(sender=Alert, event_ids=ids))
        transaction.on_commit(lambda: recording_finished.send(sender=Alert))
    return ids
