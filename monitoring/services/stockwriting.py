"""Writes the steps of Monitors: state, StockRecord and MonitorHistory, set-based."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitoring.choices import EventType, MonitorStatus, ThresholdState
from monitoring.models import Monitor, MonitorHistory, StockRecord
from monitoring.services.episodes import step_events
from monitoring.services.setbased import insert_rows, update_rows
from monitoring.state import Change, Event

COMPARED = ("id", "status", "threshold_state", "product_id", "config_option_id")
"""A monitor that somebody paused, judged by other thresholds or set to watch something else since it
was loaded keeps that: the next reading compares it anew."""

STATE_COLUMNS = (
    "product_name",
    "quantity",
    "available",
    "stock_control_enabled",
    "price",
    "currency",
    "threshold_state",
    "positive_source",
    "evidence",
    "missing_since",
)
RECORD_COLUMNS = (
    "monitor",
    "poll_run",
    "quantity",
    "available",
    "stock_control_enabled",
    "delta",
    "change_type",
    "price",
    "currency",
    "threshold_breached",
    "threshold_type",
    "notes",
    "metadata",
    "created_at",
)
EVENT_COLUMNS = (
    "public_id",
    "website",
    "monitor",
    "record",
    "poll_run",
    "alert",
    "suppressed",
    "event_type",
    "from_quantity",
    "to_quantity",
    "delta",
    "change_type",
    "threshold_breached",
    "threshold_type",
    "threshold_value",
    "message",
    "metadata",
    "created_at",
)


@dataclass(frozen=True, slots=True)
class Written:
    """What a recording came to; `event_ids` wait to be planned."""

    changes: int
    event_ids: list[int]


@dataclass(frozen=True, slots=True)
class Step:
    """A Change with its evidence and the state columns that do not follow from it."""

    change: Change
    evidence: dict[str, Any]
    positive_source: str
    events: tuple[Event, ...]
    missing_since: datetime | None = None


def write_steps(
    *, website_id: int, run_id: int | None, steps: Sequence[Step], now: datetime
) -> Written:
    """Stores the steps of one website's monitors inside the caller's transaction.

    Four statements; some more where monitors are read for the first time or change their status,
    and where alerts open or resolve.
    """
    # A monitor deleted or moved meanwhile is not updated; the others are locked from here on.
    present = _write_states(steps, now)
    steps = [step for step in steps if step.change.before.id in present]
    # Compare-and-swap: a person who pauses a monitor while it is read wins.
    update_rows(
        Monitor,
        match=["id", "status"],
        change=["status", "status_reason"],
        rows=[row for step in steps if (row := _status_row(step.change)) is not None],
    )
    recorded = [step for step in steps if step.change.is_stock_step]
    record_ids = {
        monitor_id: record_id
        for record_id, monitor_id in insert_rows(
            StockRecord,
            RECORD_COLUMNS,
            [_record_row(step, run_id, now) for step in recorded],
            returning=["id", "monitor"],
        )
    }
    events = [
        event_row(
            event,
            website_id=website_id,
            run_id=run_id,
            now=now,
            monitor_id=step.change.before.id,
            record_id=record_ids.get(step.change.before.id),
            evidence=step.evidence,
        )
        for step, told in zip(
            steps, step_events(website_id=website_id, steps=steps, now=now), strict=True
        )
        for event in told
    ]
    return Written(len(recorded), write_events(events))


def write_events(rows: list[tuple[Any, ...]]) -> list[int]:
    """Inserts event rows made by `event_row`; returns their ids."""
    return [row[0] for row in insert_rows(MonitorHistory, EVENT_COLUMNS, rows, returning=["id"])]


def event_row(
    event: Event,
    *,
    website_id: int,
    run_id: int | None,
    now: datetime,
    monitor_id: int | None = None,
    record_id: int | None = None,
    evidence: dict[str, Any] | None = None,
) -> tuple[Any, ...]:
    metadata = dict(event.metadata or {})
    if evidence:
        metadata["evidence"] = evidence
    breached = event.event_type in {
        EventType.THRESHOLD_BREACH_LOW,
        EventType.THRESHOLD_BREACH_HIGH,
    }
    return (
        uuid.uuid4(),
        website_id,
        monitor_id,
        record_id,
        run_id,
        event.alert_id,
        event.suppressed,
        event.event_type,
        event.from_quantity,
        event.to_quantity,
        event.delta,
        event.change_type,
        breached,
        event.threshold_type,
        event.threshold_value,
        event.message,
        metadata,
        now,
    )


def _write_states(steps: Sequence[Step], now: datetime) -> set[int]:
    """One statement for each set of times that has to be written; ids of the monitors found."""
    groups: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
    for step in steps:
        times: tuple[str, ...] = ()
        if step.change.is_stock_step:
            times = ("last_changed_at", *(("first_read_at",) if step.change.is_initial else ()))
            if step.change.after.available and not step.change.before.available:
                times = (*times, "in_stock_since")
        groups.setdefault(times, []).append((*_state_row(step), *(now for _ in times)))
    found: set[int] = set()
    for times, rows in groups.items():
        columns = (*STATE_COLUMNS, *times)
        found.update(update_rows(Monitor, match=COMPARED, change=columns, rows=rows))
    return found


def _state_row(step: Step) -> tuple[Any, ...]:
    after = step.change.after
    return (
        *(getattr(step.change.before, name) for name in COMPARED),
        after.name[:250],
        after.quantity,
        after.available,
        after.stock_control,
        after.price,
        after.currency,
        step.change.threshold_state,
        step.positive_source,
        step.evidence,
        step.missing_since,
    )


def _status_row(change: Change) -> tuple[object, ...] | None:
    before, problem = change.before, change.after.problem
    status = MonitorStatus.ERROR if problem else MonitorStatus.ACTIVE
    if (status, problem) == (before.status, before.status_reason):
        return None
    return before.id, before.status, status, problem


def _record_row(step: Step, run_id: int | None, now: datetime) -> tuple[Any, ...]:
    change = step.change
    breached = change.threshold_state in {ThresholdState.LOW, ThresholdState.HIGH}
    return (
        change.before.id,
        run_id,
        change.after.quantity,
        change.after.available,
        change.after.stock_control,
        change.delta,
        change.change_type,
        change.after.price,
        change.after.currency,
        breached,
        change.threshold_state if breached else "",
        change.after.problem,
        {"evidence": step.evidence},
        now,
    )
