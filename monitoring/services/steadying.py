"""Holds back flips that are not confirmed yet, and keeps quiet about a Monitor that flaps."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction

from common.prepared import Prepared, among
from monitoring.choices import MonitorStatus, Suppressed
from monitoring.flapping import FLIPS, FlapRules, Flaps, Pending, confirm, flip, settled
from monitoring.models import Monitor
from monitoring.services.locking import website_lock
from monitoring.services.setbased import update_rows
from monitoring.services.stockwriting import Step, event_row, write_events
from monitoring.signals import history_recorded
from monitoring.state import Event, MonitorState

SETTLED_AT_ONCE = 200
"""Monitors whose flapping ends in one pass of the ticker."""


class Steadied(NamedTuple):
    """`is_waiting`: a flip waits for more readings, so an equal body must be read again."""

    steps: list[Step]
    is_waiting: bool


def steps_steady(
    steps: Sequence[Step], monitors: Iterable[MonitorState], now: datetime, *, website_id: int
) -> Steadied:
    """The steps that count, inside the transaction that will write them.

    No statement where no stock flips and no Monitor asks for confirmation, else the website is
    locked from here on.
    """
    careful = {state.id for state in monitors if state.confirm_reads > 1 and state.is_read}
    flipping = {step.change.before.id for step in steps if _is_flip(step)}
    if not (careful or flipping):
        return Steadied(list(steps), is_waiting=False)
    website_lock(website_id)
    remembered = _load(careful | flipping)
    kept, waiting = _confirmed(steps, careful, {pk: one[0] for pk, one in remembered.items()})
    told = _told(kept, {pk: one[1] for pk, one in remembered.items()}, now)
    return Steadied(told, is_waiting=waiting)


def flaps_settle(now: datetime) -> int:
    """Ends the flapping of Monitors that were quiet for long enough; returns how many."""
    due = Monitor.objects.filter(flapping_until__lte=now)
    if not due.exists():
        return 0
    with transaction.atomic():
        rows = list(
            due.select_for_update(skip_locked=True, of=("self",)).order_by("pk")[:SETTLED_AT_ONCE]
        )
        events = [
            event_row(
                settled(
                    Flaps.of_columns(row.flapping, row.flapping_until),
                    quantity=row.quantity,
                    available=row.available,
                ),
                website_id=row.website_id,
                run_id=None,
                now=now,
                monitor_id=row.pk,
            )
            for row in rows
            if row.status != MonitorStatus.PAUSED
        ]
        Monitor.objects.filter(pk__in=[row.pk for row in rows]).update(
            flapping={}, flapping_until=None
        )
        ids = write_events(events)
        if ids:
            transaction.on_commit(lambda: history_recorded.send(sender=Monitor, event_ids=ids))
    return len(rows)


def flap_rules() -> FlapRules:
    return FlapRules(
        settings.FLAP_FLIPS,
        timedelta(seconds=settings.FLAP_WINDOW_SECONDS),
        timedelta(seconds=settings.FLAP_COOLDOWN_SECONDS),
    )


def _is_flip(step: Step) -> bool:
    return any(event.event_type in FLIPS for event in step.events)


_MEMORY = Prepared(
    lambda ids: (
        Monitor.objects.filter(pk__in=among(ids))
        .order_by()
        .values_list("pk", "pending", "flapping", "flapping_until")
    )
)


def _load(monitor_ids: Collection[int]) -> dict[int, tuple[Pending, Flaps]]:
    return {
        pk: (Pending.of_column(pending), Flaps.of_columns(flapping, until))
        for pk, pending, flapping, until in _MEMORY.rows(monitor_ids)
    }


def _confirmed(
    steps: Sequence[Step], careful: set[int], waiting: Mapping[int, Pending]
) -> tuple[list[Step], bool]:
    """Steps without the flips that must be seen again; a step that waits is not written at all,
    the next reading makes it anew."""
    kept: list[Step] = []
    after = dict.fromkeys(careful & waiting.keys(), Pending())
    for step in steps:
        state = step.change.before
        if state.id not in after or not _changes_availability(step):
            kept.append(step)
            continue
        after[state.id], counts = confirm(
            waiting[state.id],
            available=step.change.after.available,
            confirm_reads=state.confirm_reads,
        )
        if counts:
            kept.append(step)
    changed = [(pk, one.column()) for pk, one in after.items() if one != waiting[pk]]
    update_rows(Monitor, match=["id"], change=["pending"], rows=changed)
    return kept, any(one.reads for one in after.values())


def _changes_availability(step: Step) -> bool:
    change = step.change
    return change.after.is_known and change.after.available is not change.before.available


def _told(steps: Sequence[Step], remembered: Mapping[int, Flaps], now: datetime) -> list[Step]:
    rules, told, changed = flap_rules(), [], []
    for step in steps:
        before = remembered.get(step.change.before.id)
        if before is None or not _is_flip(step):
            told.append(step)
            continue
        after, notice = flip(before, now, rules)
        changed.append((step.change.before.id, *after.columns()))
        events = step.events if after.until is None else _hushed(step.events)
        told.append(replace(step, events=(*events, notice) if notice else events))
    update_rows(Monitor, match=["id"], change=["flapping", "flapping_until"], rows=changed)
    return told


def _hushed(events: Iterable[Event]) -> tuple[Event, ...]:
    return tuple(event._replace(suppressed=Suppressed.FLAPPING) for event in events)
