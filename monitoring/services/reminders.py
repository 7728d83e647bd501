"""Reminds people of alerts that are still open, at the slots of their team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.choices import Reminders
from accounts.models import Team
from monitoring.alerting import alert_event
from monitoring.choices import AlertKind, AlertStatus, EventType, MonitorStatus, ResolveReason
from monitoring.models import Alert
from monitoring.services.alerts import alerts_shut_rows, alerts_tell_end
from monitoring.services.hearing import About, silenced_until
from monitoring.services.setbased import update_rows
from monitoring.services.stockwriting import event_row, write_events
from monitoring.signals import history_recorded, recording_finished
from monitoring.slots import Rhythm, next_slot, slot_after
from websites.choices import DOWN

BATCH_SIZE = 500
"""Alerts of one transaction ..."""

BATCHES = 4
"""... and as many of these in a call: the ticker has polls to start, too, and comes again at once."""

COLUMNS = (
    "pk",
    "next_alert_at",
    "kind",
    "subject",
    "threshold",
    "reminder_count",
    "last_sent_at",
    "website_id",
    "monitor_id",
    "monitor__quantity",
    "monitor__available",
    "monitor__status",
    "website__is_active",
    "website__health",
    "website__is_announced_down",
    "website__team__reminders",
    "website__team__reminder_hour",
    "website__team__time_zone",
    "website__team_id",
    "website__labels",
    "is_sold_out",
)


class Due(NamedTuple):
    """An open alert whose slot has come, in the order of COLUMNS."""

    pk: int
    next_alert_at: datetime
    kind: str
    subject: str
    threshold: int | None
    reminder_count: int
    last_sent_at: datetime | None
    website_id: int
    monitor_id: int | None
    quantity: int | None
    available: bool | None
    status: str | None
    is_read: bool
    health: str
    is_announced_down: bool
    mode: str
    hour: int
    zone: str
    team_id: int
    labels: list[str]
    is_sold_out: bool
    """An alert of the same monitor says that nothing is left."""

    @property
    def rhythm(self) -> Rhythm:
        return Rhythm(self.mode, self.hour, self.zone)

    @property
    def pair(self) -> tuple[About, tuple[str, ...]]:
        about = About(self.team_id, self.website_id, self.monitor_id, frozenset(self.labels))
        return about, (EventType.ALERT_REMINDER,)

    @property
    def is_worth_telling(self) -> bool:
        """What is known holds now, and no greater trouble makes it pointless."""
        if self.mode == Reminders.OFF or not self.is_read:
            return False
        if self.kind == AlertKind.UNREACHABLE:
            return True
        if self.is_announced_down or self.health in DOWN or self.status != MonitorStatus.ACTIVE:
            return False
        if self.kind == AlertKind.OUT_OF_STOCK:
            return self.available is not None or self.quantity is not None
        is_out = self.is_sold_out or self.available is False
        return self.quantity is not None and not (is_out and self.kind == AlertKind.LOW)


def alerts_remind(now: datetime | None = None) -> int:
    """Tells of the open alerts whose slot has come; returns of how many.

    At most BATCH_SIZE * BATCHES of them. One look-up by an index when there are none. Any number of tickers may call it at once: each
    slot of an alert is taken by one of them.
    """
    moment, told = now or timezone.now(), 0
    due = Alert.objects.filter(status=AlertStatus.OPEN, next_alert_at__lte=moment)
    for _ in range(BATCHES):
        if not due.exists():
            break
        found, reminded = _batch_remind(due, moment)
        told += reminded
        if found < BATCH_SIZE:
            break
    return told


def _batch_remind(due: QuerySet[Alert], now: datetime) -> tuple[int, int]:
    """(alerts that were due and free, how many of them were told)"""
    with transaction.atomic():
        locked = due.select_for_update(skip_locked=True, no_key=True).order_by(
            "next_alert_at", "pk"
        )
        ids = list(locked.values_list("pk", flat=True)[:BATCH_SIZE])
        rows = _load(ids)
        _gone_resolve([one.pk for one in rows if _is_orphan(one)])
        rows = [one for one in rows if not _is_orphan(one)]
        reminded = _claim([one for one in rows if one.is_worth_telling], now)
        _postpone([one for one in rows if not one.is_worth_telling], now)
        event_ids = write_events([_event(one, now) for one in reminded])
        if event_ids:
            transaction.on_commit(lambda: history_recorded.send(sender=Alert, event_ids=event_ids))
            transaction.on_commit(lambda: recording_finished.send(sender=Alert))
    return len(ids), len(reminded)


def _load(ids: Sequence[int]) -> list[Due]:
    sold_out = Alert.objects.unresolved().filter(
        monitor=OuterRef("monitor"), kind=AlertKind.OUT_OF_STOCK
    )
    rows = Alert.objects.filter(pk__in=ids).annotate(is_sold_out=Exists(sold_out))
    return [Due(*row) for row in rows.order_by("pk").values_list(*COLUMNS)]


def _is_orphan(one: Due) -> bool:
    return one.monitor_id is None and one.kind != AlertKind.UNREACHABLE


def _gone_resolve(ids: Sequence[int]) -> None:
    """Their monitor was deleted by somebody who knows nothing of alerts."""
    if not ids:
        return
    ended = alerts_shut_rows(Alert.objects.filter(pk__in=ids), ResolveReason.DELETED)
    alerts_tell_end(ended=ended, reason=ResolveReason.DELETED, is_deleted=True)


def _claim(due: Sequence[Due], now: datetime) -> list[Due]:
    """Those whose slot is ours: nobody took or moved it since it was read. A silenced one is an
    event as any other, but nobody was told."""
    silenced = silenced_until([one.pair for one in due], now) if due else {}
    won = set(
        update_rows(
            Alert,
            match=["id", "next_alert_at", "status"],
            change=["next_alert_at", "last_sent_at", "reminder_count"],
            rows=[
                (
                    one.pk,
                    one.next_alert_at,
                    AlertStatus.OPEN,
                    next_slot(one.rhythm, now),
                    one.last_sent_at if one.pair in silenced else now,
                    one.reminder_count + (one.pair not in silenced),
                )
                for one in due
            ],
        )
    )
    return [one for one in due if one.pk in won]


def _postpone(due: Sequence[Due], now: datetime) -> None:
    update_rows(
        Alert,
        match=["id", "next_alert_at"],
        change=["next_alert_at"],
        rows=[(one.pk, one.next_alert_at, slot_after(one.rhythm, now)) for one in due],
    )


def _event(one: Due, now: datetime) -> tuple[object, ...]:
    event = alert_event(
        EventType.ALERT_REMINDER,
        alert_id=one.pk,
        kind=one.kind,
        subject=one.subject,
        reason="still_open",
        quantity=one.quantity,
        threshold=one.threshold,
        monitor_id=one.monitor_id,
    )
    return event_row(
        event, website_id=one.website_id, run_id=None, now=now, monitor_id=one.monitor_id
    )


def slots_reset(*, team: Team) -> None:
    """The team is reminded at other times now: the next slot of what is unresolved moves there."""
    now = timezone.now()
    rhythm = Rhythm(team.reminders, team.reminder_hour, team.time_zone)
    rows = []
    with transaction.atomic():
        found = Alert.objects.unresolved().filter(website__team=team, next_alert_at__isnull=False)
        # By id, as polls lock them: else each might hold what the other waits for.
        locked = found.select_for_update(of=("self",), no_key=True).order_by("pk")
        for pk, next_at, told_at, opened_at in locked.values_list(
            "pk", "next_alert_at", "last_sent_at", "opened_at"
        ):
            slot = next_slot(rhythm, told_at or opened_at)
            rows.append((pk, next_at, slot if slot > now else slot_after(rhythm, now)))
        update_rows(Alert, match=["id", "next_alert_at"], change=["next_alert_at"], rows=rows)
