"""Reading websites: who is due, one request each, results recorded one by one as they arrive."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_q.tasks import async_task

from common.errors import ConflictError
from common.fields import DecryptionError
from common.logcontext import log_context
from common.patience import run_patiently
from common.queues import POLL, cluster_of, has_room
from monitoring.choices import PollOutcome, PollTrigger
from monitoring.models import PollRun
from monitoring.services.hosts import host_give
from monitoring.services.leases import Lease, due_claim, give_back, take
from monitoring.services.reading import readings_plan
from monitoring.services.recording import PollResult, outcome_record
from monitoring.signals import recording_finished
from websites.models import Website
from websites.sources.base import Snapshot
from websites.sources.errors import AuthError, NoOutcomeError, SourceError
from websites.sources.registry import source_class

logger = logging.getLogger(__name__)

BATCH_SIZE = 16
"""Websites of one task; each has a thread of its own, so that a hung one delays no other."""

GIVEN_UP_SECONDS = 3600.0
"""Pause before a shop that ended its worker again and again is tried once more."""

PATIENCE_SECONDS = 3.0
"""How long a task waits for its slow websites before they are left to a background thread."""


@dataclass(slots=True)
class CycleSummary:
    """What one pass over the due websites came to (contract: `run_cycle --json`)."""

    websites_polled: int = 0
    monitors_checked: int = 0
    changes: int = 0
    events: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)
    duration_seconds: float = 0.0

    def add(self, result: PollResult) -> None:
        if result.outcome == PollOutcome.LOST:
            return
        self.websites_polled += 1
        self.monitors_checked += result.monitors_checked
        self.changes += result.changes
        self.events += result.events
        if result.error is not None:
            self.errors.append(
                {
                    "website": result.website_id,
                    "name": result.name,
                    "code": result.error.code,
                    "message": result.error.message,
                    "advice": result.error.advice,
                }
            )


def cycle_run(now: datetime | None = None) -> int:
    """The ticker's step: claims the due websites and hands them to the queue in batches.

    Returns how many were handed over. Safe to call from any number of processes at once.
    """
    if not has_room(POLL):
        return 0
    claimed = due_claim(now or timezone.now())
    for batch in _batches(claimed):
        async_task("monitoring.tasks.poll_websites", batch, cluster=cluster_of(POLL))
    return len(claimed)


def _batches(website_ids: list[int]) -> Iterator[list[int]]:
    """Those whose last poll took its worker down go alone: the others must not go down with them."""
    apart = set(
        Website.objects.suspect().filter(pk__in=website_ids).values_list("pk", flat=True)
        if website_ids
        else ()
    )
    yield from ([pk] for pk in sorted(apart))
    rest = [pk for pk in website_ids if pk not in apart]
    for start in range(0, len(rest), BATCH_SIZE):
        yield rest[start : start + BATCH_SIZE]


def websites_poll(
    website_ids: list[int],
    *,
    only_queued: bool = True,
    patience_seconds: float | None = PATIENCE_SECONDS,
    on_result: Callable[[PollResult], None] | None = None,
) -> None:
    """Polls the websites it can take a lease of. What takes longer than the patience goes on in a
    background thread of this process; without patience (None) it waits for all."""
    now = timezone.now()
    leases = take(website_ids, now, only_queued=only_queued)

    def record(lease: Lease, outcome: Snapshot | SourceError) -> None:
        with log_context(website=lease.website_id, poll=f"{lease.website_id}-{lease.fence}"):
            result = _recorded(lease, outcome)
            _log(result)
        if on_result is not None:
            on_result(result)

    for lease in leases:
        if lease.is_given_up:
            record(lease, _no_outcome(lease))
    planned = readings_plan([lease for lease in leases if not lease.is_given_up], now)
    readings = {one.leases[0].website_id: one for one in planned}

    def handle(key: int, outcome: Snapshot | Exception) -> None:
        reading, proved = readings[key], _as_outcome(outcome)
        if reading.permit is not None:
            error = proved if isinstance(proved, SourceError) else None
            host_give(reading.permit, error, timezone.now())
        for lease in reading.leases:
            if isinstance(proved, Snapshot):
                record(lease, reading.share_of(lease, proved))
            else:
                record(lease, proved)

    try:
        run_patiently(
            {key: one.read for key, one in readings.items()},
            handle=handle,
            patience_seconds=patience_seconds,
            max_workers=BATCH_SIZE,
            name="poll",
        )
    finally:
        recording_finished.send(sender=PollResult)


def cycle_now(*, website_ids: list[int] | None = None, all_websites: bool = False) -> CycleSummary:
    """One cycle in this process, waiting for all: the due websites, the given ones, or all.

    Given ones are polled whether due or not, unless somebody polls them at this moment.
    """
    started = time.monotonic()
    summary = CycleSummary()
    if all_websites or website_ids is not None:
        chosen = Website.objects.pollable()
        if website_ids is not None:
            chosen = chosen.filter(pk__in=website_ids)
        ids = list(chosen.order_by("pk").values_list("pk", flat=True))
    else:
        ids = due_claim(timezone.now())
    for start in range(0, len(ids), BATCH_SIZE):
        websites_poll(
            ids[start : start + BATCH_SIZE],
            only_queued=False,
            patience_seconds=None,
            on_result=summary.add,
        )
    summary.duration_seconds = round(time.monotonic() - started, 3)
    return summary


def poll_request(*, website: Website) -> PollRun:
    """Asks for a poll at once; it has a PollRun of its own that the caller can follow.

    Raises ConflictError when the website is paused or of a kind that is not polled.
    """
    if not website.is_active:
        raise ConflictError("The website is paused.", advice="Resume it, then poll.")
    if not source_class(website.source).is_polled:
        raise ConflictError(
            "Stock of this website is pushed, not polled.", advice="Push a reading instead."
        )
    now = timezone.now()
    with transaction.atomic():
        run = PollRun.objects.create(
            website=website, trigger=PollTrigger.REQUEST, first_at=now, last_at=now
        )
        Website.objects.filter(pk=website.pk).update(next_poll_at=now)
    return run


def cycle_request(*, websites: QuerySet[Website], all_websites: bool = False) -> list[int]:
    """Asks for a poll of the due ones (or all) of the given websites; returns the PollRun ids."""
    now = timezone.now()
    chosen = websites.filter(pk__in=Website.objects.pollable().values("pk"))
    if not all_websites:
        chosen = chosen.filter(next_poll_at__lte=now)
    with transaction.atomic():
        ids = list(chosen.order_by("pk").values_list("pk", flat=True))
        runs = PollRun.objects.bulk_create(
            PollRun(website_id=pk, trigger=PollTrigger.REQUEST, first_at=now, last_at=now)
            for pk in ids
        )
        Website.objects.filter(pk__in=ids).update(next_poll_at=now)
    return [run.pk for run in runs]


def _recorded(lease: Lease, outcome: Snapshot | SourceError) -> PollResult:
    """A reading that cannot be stored is a failure of this website alone, and visible on it. A
    database that is full or away is no fault of a shop: the next poll finds it all again."""
    try:
        return _stored(lease, outcome)
    except OperationalError:
        give_back(lease)
        raise


def _stored(lease: Lease, outcome: Snapshot | SourceError) -> PollResult:
    try:
        return outcome_record(lease, outcome, timezone.now())
    except OperationalError:
        raise
    except Exception as error:
        return outcome_record(lease, _as_outcome(error), timezone.now())


def _no_outcome(lease: Lease) -> SourceError:
    return NoOutcomeError(
        f"{lease.lost_polls} polls in a row never came back: their worker died or hung.",
        advice="The log of the workers may say why (memory?). The shop is tried again in an hour, "
        "or at once with 'Poll now'.",
        retry_after=GIVEN_UP_SECONDS,
    )


def _as_outcome(outcome: Snapshot | Exception) -> Snapshot | SourceError:
    if isinstance(outcome, Snapshot | SourceError):
        return outcome
    if isinstance(outcome, DecryptionError):
        return AuthError(
            "The stored credentials cannot be opened: no key in FIELD_ENCRYPTION_KEYS fits.",
            code="credentials_unreadable",
            advice="Put the old key back into FIELD_ENCRYPTION_KEYS, or enter the credentials again.",
        )
    # A bug of ours must not look like a sold-out shop, nor stop the other websites.
    logger.error("poll_crashed", exc_info=outcome)
    return SourceError(
        "Reading the shop failed inside this application.",
        code="internal_error",
        advice="The log of the worker has the details; please report it.",
    )


def _log(result: PollResult) -> None:
    if result.error is not None:
        logger.warning("poll_failed website=%s code=%s", result.website_id, result.error.code)
    elif result.changes or result.events:
        logger.info(
            "poll_changed website=%s changes=%s events=%s",
            result.website_id,
            result.changes,
            result.events,
        )
