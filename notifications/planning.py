"""Events become messages owed: one transaction that claims events and writes the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from common.prepared import Prepared, among
from monitoring.alertselectors import hushes_of
from monitoring.models import MonitorHistory
from monitoring.services.setbased import update_rows
from notifications.grouping import NOISE, Situation, group_events
from notifications.matching import FLAG_OF, Event, Pair, Rule, choose
from notifications.selectors import already_owed, open_bursts_of, rules_of, told_at_of
from notifications.services.owing import groups_owe

LIMIT = 500
"""Events planned in one transaction ..."""

WHOLE_MAX = 20_000
"""... and as many more as happened in the same step: those of one poll make one message."""

FLAGS = tuple(dict.fromkeys(FLAG_OF.values()))
EVENT_COLUMNS = (
    "id",
    "website__team_id",
    "website_id",
    "monitor_id",
    "poll_run_id",
    "event_type",
    "created_at",
    "monitor__owner_id",
    "suppressed",
    "website__labels",
    "monitor__labels",
    "alert__kind",
)


def events_plan(event_ids: list[int] | None = None, now: datetime | None = None) -> list[int]:
    """Plans the given events, or the oldest unplanned ones; returns the ids of their messages.

    `planned_at` is written in the transaction that inserts the messages, so every event is planned
    exactly once whatever dies when. Pairs of event and channel that have a message already (an
    event that somebody set back to unplanned) get no second one. The constraint on channel and
    group key then only meets two planners that open the same held message at once: the loser is
    undone as a whole and planned again, now joining the winner's. Nothing is lost by a conflict.
    """
    return _planned(event_ids, now)[1]


def all_plan(now: datetime | None = None) -> list[int]:
    """Plans until no unplanned event can be claimed; returns the ids of the messages."""
    ids: list[int] = []
    while True:
        claimed, planned = _planned(None, now)
        ids += planned
        if not claimed:
            return ids


def _planned(event_ids: list[int] | None, now: datetime | None) -> tuple[int, list[int]]:
    moment = now or timezone.now()
    try:
        return _plan(event_ids, moment)
    except IntegrityError:
        return _plan(event_ids, moment)


def _plan(event_ids: list[int] | None, now: datetime) -> tuple[int, list[int]]:
    """(number of events claimed, ids of their messages)."""
    with transaction.atomic():
        events = _claim(event_ids, now)
        rules = rules_of({event.team_id for event in events}) if events else []
        if not rules:
            return len(events), []
        already = already_owed([event.id for event in events])
        chosen = choose(events, rules, already=already)
        if not chosen:
            return len(events), []
        groups = group_events(chosen, events, _situation(chosen, events, now))
        return len(events), groups_owe(groups=groups, now=now)


def _situation(chosen: Mapping[Pair, Rule], events: Sequence[Event], now: datetime) -> Situation:
    """Looks up what holds for the chosen pairs, and nothing that none of them asks for."""
    by_id = {event.id: event for event in events}
    matched = [by_id[event_id] for event_id in {event_id for _, event_id in chosen}]
    moments = [event.created_at for event in matched]
    window = timedelta(seconds=settings.COALESCE_SECONDS)
    situation = Situation(
        now=now,
        window=window,
        hushes=hushes_of(
            {event.team_id for event in matched}, since=min(moments), until=max(moments)
        ),
    )
    noisy = [
        (channel_id, by_id[event_id].monitor_id or 0)
        for (channel_id, event_id), rule in chosen.items()
        if rule.digest == "now" and by_id[event_id].event_type in NOISE
    ]
    if not (noisy and window):
        return situation
    channel_ids = {channel_id for channel_id, _ in noisy}
    monitor_ids = {monitor_id for _, monitor_id in noisy}
    return situation._replace(
        told_at=told_at_of(channel_ids, monitor_ids, now=now, window=window),
        bursts=open_bursts_of(channel_ids, now),
    )


def _claim(event_ids: list[int] | None, now: datetime) -> list[Event]:
    """Takes unplanned events that nobody else is planning. SQLite has one writer at a time; on
    PostgreSQL rows locked by another planner are left to it."""
    found = _waiting()[:LIMIT] if event_ids is None else _GIVEN.rows(event_ids)[:LIMIT]
    ids = [pk for (pk,) in found]
    if not ids:
        return []
    if len(ids) == LIMIT:
        ids += _of_the_same_steps(ids)
    rows = [(pk, now) for pk in ids]
    update_rows(MonitorHistory, match=["id"], change=["planned_at"], rows=rows)
    return [_event(row) for row in _TAKEN.rows(ids)]


def _waiting() -> QuerySet[MonitorHistory, tuple[Any, ...]]:
    locked = MonitorHistory.objects.unplanned().select_for_update(skip_locked=True)
    return locked.order_by("pk").values_list("pk")


def _taken(ids: int) -> QuerySet[MonitorHistory, tuple[Any, ...]]:
    flags = [f"monitor__{flag}" for flag in FLAGS]
    rows = MonitorHistory.objects.filter(pk__in=among(ids)).order_by("pk")
    return rows.values_list(*EVENT_COLUMNS, *flags)


_GIVEN = Prepared(lambda ids: _waiting().filter(pk__in=among(ids)))
_TAKEN = Prepared(_taken)


def _of_the_same_steps(ids: Sequence[int]) -> list[int]:
    """Unplanned events of the same polls, and of the same moment where there was no poll."""
    mine = MonitorHistory.objects.filter(pk__in=ids).order_by()
    runs = set(mine.filter(poll_run__isnull=False).values_list("poll_run_id", flat=True))
    moments = set(mine.filter(poll_run__isnull=True).values_list("created_at", flat=True))
    same = Q(poll_run_id__in=runs) | Q(poll_run__isnull=True, created_at__in=moments)
    waiting = MonitorHistory.objects.unplanned().filter(same).exclude(pk__in=ids)
    locked = waiting.order_by("pk").select_for_update(skip_locked=True)
    return list(locked.values_list("pk", flat=True)[:WHOLE_MAX])


def _event(row: Sequence[Any]) -> Event:
    split = len(EVENT_COLUMNS)
    *known, owner_id, suppressed, labels, own_labels, alert_kind = row[:split]
    flags = {
        flag: value for flag, value in zip(FLAGS, row[split:], strict=True) if value is not None
    }
    carried = frozenset([*labels, *(own_labels or ())])
    return Event._make((*known, flags, owner_id, suppressed, carried, alert_kind or ""))
