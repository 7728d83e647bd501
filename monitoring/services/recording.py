"""Turns what a poll came to into rows: one transaction per website, no network in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from monitoring import guard, listing
from monitoring.choices import EventType, PollOutcome
from monitoring.evidence import error_proof
from monitoring.health import after_failure, after_success, backoff_seconds
from monitoring.listing_events import catalogue_events
from monitoring.services.binding import slugs_bind
from monitoring.services.catalogue import catalogue_load, catalogue_write
from monitoring.services.doubts import fresh_doubts, with_doubts
from monitoring.services.episodes import website_events
from monitoring.services.judging import is_confirmed, verdict_of
from monitoring.services.leases import Lease
from monitoring.services.releasing import (
    LeaseLostError,
    next_due,
    release_ok,
    release_or_lose,
)
from monitoring.services.runs import Tally, run_events_set, run_finish, tally_of
from monitoring.services.steadying import steps_steady
from monitoring.services.stepping import monitors_load, stand_in_steps, steps_of
from monitoring.services.stockwriting import Step, write_steps
from monitoring.services.websitewriting import proof_of, recovered, write_website_events
from monitoring.signals import history_recorded
from monitoring.state import Event, MonitorState
from websites.choices import Health
from websites.sources.base import Snapshot, StockReading
from websites.sources.errors import BadAnswerError, EmptyCatalogueError, SourceError

ASK_SOON = timedelta(seconds=2)
"""Another source is asked about a doubt so soon."""


@dataclass(frozen=True, slots=True)
class PollResult:
    """What one poll came to, for the caller's summary."""

    website_id: int
    name: str
    outcome: PollOutcome
    monitors_checked: int = 0
    changes: int = 0
    events: int = 0
    error: SourceError | None = None


def outcome_record(lease: Lease, outcome: Snapshot | SourceError, now: datetime) -> PollResult:
    """Stores a snapshot or a failure. A result that comes after the lease was lost changes nothing."""
    try:
        with transaction.atomic():
            result, event_ids = _recorded(lease, outcome, now)
            if event_ids:
                transaction.on_commit(
                    lambda: history_recorded.send(sender=PollResult, event_ids=event_ids)
                )
            return result
    except LeaseLostError:
        return PollResult(lease.website_id, lease.name, PollOutcome.LOST)


def _recorded(
    lease: Lease, outcome: Snapshot | SourceError, now: datetime
) -> tuple[PollResult, list[int]]:
    if isinstance(outcome, SourceError):
        return _failure(lease, outcome, now)
    if outcome.is_unchanged:
        return _unchanged(lease, outcome, now)
    if not outcome.is_complete:
        partial = BadAnswerError(
            f"The shop sent only a part of its catalogue ({len(outcome.readings)} products).",
            code="partial_answer",
            advice="Nothing was changed. If this stays so, look for a size limit in front of the shop.",
        )
        return _failure(lease, partial, now)
    return _snapshot(lease, outcome, now)


def _failure(lease: Lease, error: SourceError, now: datetime) -> tuple[PollResult, list[int]]:
    step = after_failure(lease.health, error, now)
    wait = backoff_seconds(
        failure_count=step.state.failure_count, interval=lease.interval, error=error
    )
    release_or_lose(
        lease,
        now,
        step.state,
        next_poll_at=max(lease.next_poll_at, now + timedelta(seconds=wait)),
        last_error_code=error.code,
        last_error=error.message,
        last_advice=error.advice,
    )
    events = []
    if step.enters_down:
        cause: dict[str, object] = {"code": error.code, "advice": error.advice}
        events = [Event(EventType.WEBSITE_UNREACHABLE, message=error.message, metadata=cause)]
        events = _with_alert(lease, events, now)
    run_id = run_finish(
        lease=lease,
        outcome=PollOutcome.ERROR,
        now=now,
        tally=Tally(events=len(events), requests_made=0 if lease.is_given_up else 1),
        error=error,
    )
    proof = error_proof(lease.kind, error)
    ids = write_website_events(lease, run_id, events, now, proof)
    result = PollResult(
        lease.website_id, lease.name, PollOutcome.ERROR, events=len(ids), error=error
    )
    return result, ids


def _unchanged(lease: Lease, snapshot: Snapshot, now: datetime) -> tuple[PollResult, list[int]]:
    """The body is the one that was fully applied before: two statements."""
    step = after_success(lease.health)
    release_ok(lease, now, step.state, snapshot)
    return _finish_quiet(lease, snapshot, now, lease.applied_monitors, recovers=step.recovers)


def _finish_quiet(
    lease: Lease, snapshot: Snapshot, now: datetime, monitors: int, *, recovers: bool
) -> tuple[PollResult, list[int]]:
    events = _with_alert(lease, [recovered()], now) if recovers else []
    outcome = PollOutcome.CHANGED if recovers else PollOutcome.UNCHANGED
    tally = tally_of(snapshot, monitors_checked=monitors, events=len(events))
    run_id = run_finish(lease=lease, outcome=outcome, now=now, tally=tally)
    ids = write_website_events(lease, run_id, events, now, proof_of(lease, snapshot))
    return PollResult(lease.website_id, lease.name, outcome, monitors, 0, len(ids)), ids


def _snapshot(lease: Lease, snapshot: Snapshot, now: datetime) -> tuple[PollResult, list[int]]:
    seen = {reading.product_id: reading for reading in snapshot.readings}
    if not seen:
        return _failure(lease, EmptyCatalogueError("The shop lists no products."), now)
    monitors = monitors_load(lease)
    if snapshot.stands_in_for:
        return _stand_in(lease, snapshot, seen, monitors, now)
    known = catalogue_load(lease.website_id)
    verdict = verdict_of(lease, known, seen, monitors, snapshot)
    if verdict.is_suspect and not is_confirmed(lease, verdict, now):
        return _quarantine(lease, snapshot, verdict, now)
    monitors, known = slugs_bind(lease.website_id, monitors, known, seen)
    changed = listing.compare(known, seen)
    steps, is_waiting = steps_steady(
        steps_of(lease, monitors, seen, changed, snapshot, now),
        monitors,
        now,
        website_id=lease.website_id,
    )
    recovery = after_success(lease.health)
    doubts = fresh_doubts(lease, snapshot, monitors, seen)
    release_ok(
        lease,
        now,
        recovery.state,
        with_doubts(snapshot, doubts),
        next_poll_at=now + ASK_SOON if doubts else next_due(lease),
        quarantine={},
        applied_hash=snapshot.body_hash
        if changed.is_settled and not (doubts or is_waiting)
        else "",
        applied_monitors=len(monitors),
        applied_template=snapshot.template,
    )
    catalogue_write(lease.website_id, changed, now)
    events = catalogue_events(changed, monitors, is_first=not known)
    if recovery.recovers:
        events.append(recovered())
    if not steps and not events:
        return _finish_quiet(lease, snapshot, now, len(monitors), recovers=False)
    return _finish_changed(lease, snapshot, now, steps, events, len(monitors))


def _stand_in(
    lease: Lease,
    snapshot: Snapshot,
    seen: Mapping[str, StockReading],
    monitors: list[MonitorState],
    now: datetime,
) -> tuple[PollResult, list[int]]:
    """Another source read the shop: stock moves, the catalogue does not."""
    verdict = verdict_of(lease, {}, seen, monitors, replace(snapshot, template=""))
    if verdict.is_suspect and not is_confirmed(lease, verdict, now):
        return _quarantine(lease, snapshot, verdict, now)
    steps, is_waiting = steps_steady(
        stand_in_steps(lease, monitors, seen, snapshot), monitors, now, website_id=lease.website_id
    )
    recovery = after_success(lease.health)
    release_ok(
        lease,
        now,
        recovery.state,
        snapshot,
        quarantine={},
        applied_hash="" if is_waiting else snapshot.body_hash,
        applied_monitors=len(monitors),
    )
    events = [recovered()] if recovery.recovers else []
    if not steps and not events:
        return _finish_quiet(lease, snapshot, now, len(monitors), recovers=False)
    return _finish_changed(lease, snapshot, now, steps, events, len(monitors))


def _finish_changed(
    lease: Lease,
    snapshot: Snapshot,
    now: datetime,
    steps: list[Step],
    events: list[Event],
    monitors: int,
) -> tuple[PollResult, list[int]]:
    events = _with_alert(lease, events, now)
    changes = sum(step.change.is_stock_step for step in steps)
    told = len(events) + sum(len(step.events) for step in steps)
    tally = tally_of(snapshot, monitors_checked=monitors, changes=changes, events=told)
    run_id = run_finish(lease=lease, outcome=PollOutcome.CHANGED, now=now, tally=tally)
    ids: list[int] = []
    if steps:
        written = write_steps(website_id=lease.website_id, run_id=run_id, steps=steps, now=now)
        ids += written.event_ids
    ids += write_website_events(lease, run_id, events, now, proof_of(lease, snapshot))
    # Alerts opened or resolved, or a monitor was deleted meanwhile.
    if run_id is not None and len(ids) != told:
        run_events_set(run_id, len(ids))
    outcome = PollOutcome.CHANGED
    return PollResult(lease.website_id, lease.name, outcome, monitors, changes, len(ids)), ids


def _quarantine(
    lease: Lease, snapshot: Snapshot, verdict: guard.Verdict, now: datetime
) -> tuple[PollResult, list[int]]:
    """Nothing is believed until a second read finds the same. The first doubt is looked into at
    once; a shop that answers otherwise each time is read at its interval."""
    advice = "The shop is read again within seconds; nothing was changed or announced."
    release_or_lose(
        lease,
        now,
        lease.health._replace(health=Health.QUARANTINED),
        next_poll_at=next_due(lease)
        if lease.quarantine
        else now + timedelta(seconds=settings.GUARD_CONFIRM_SECONDS),
        applied_hash="",
        quarantine={
            "fingerprint": verdict.fingerprint,
            "reason": verdict.reason,
            "at": now.isoformat(),
        },
        last_error_code="quarantined",
        last_error=verdict.reason,
        last_advice=advice,
    )
    events = []
    if not lease.quarantine:
        events = [Event(EventType.SNAPSHOT_QUARANTINED, message=verdict.reason)]
    run_id = run_finish(
        lease=lease,
        outcome=PollOutcome.QUARANTINED,
        now=now,
        tally=tally_of(snapshot, events=len(events)),
    )
    ids = write_website_events(lease, run_id, events, now, proof_of(lease, snapshot))
    outcome = PollOutcome.QUARANTINED
    return PollResult(lease.website_id, lease.name, outcome, events=len(ids)), ids


def _with_alert(lease: Lease, events: list[Event], now: datetime) -> list[Event]:
    return website_events(website_id=lease.website_id, name=lease.name, events=events, now=now)
