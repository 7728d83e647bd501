"""Sending what is owed: claim, attempt in threads, settle in the caller's thread."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Thread

from django.db import transaction
from django.utils import timezone

from common.errors import ConflictError
from common.logcontext import log_context
from common.patience import run_in_background, run_patiently
from notifications.channels.errors import DeliveryError
from notifications.choices import NotificationStatus
from notifications.models import NotificationLog
from notifications.services.burying import bury_unsendable
from notifications.services.claiming import MAX_ATTEMPTS, Claim, claim
from notifications.services.outcomes import Outcome, Settled
from notifications.services.sending import Job, jobs_of, outcomes_of
from notifications.services.settling import settle

logger = logging.getLogger(__name__)

LIMIT = 20
PATIENCE_SECONDS = 3.0
TASK_SECONDS = 30.0
ABANDONED_EVERY = 5
"""So often a round begins with a message whose sender died, however many others wait."""

FINISHED = (NotificationStatus.SENT, NotificationStatus.DEAD, NotificationStatus.DROPPED)


@dataclass(slots=True)
class DeliverySummary:
    """What a delivery came to. `left` messages are finished by a background thread."""

    claimed: int = 0
    sent: int = 0
    retried: int = 0
    dead: int = 0
    left: int = 0

    def count(self, settled: Settled) -> None:
        if settled is Settled.SENT:
            self.sent += 1
        elif settled is Settled.RETRY:
            self.retried += 1
        elif settled is Settled.DEAD:
            self.dead += 1

    def add(self, other: DeliverySummary) -> None:
        self.claimed += other.claimed
        self.sent += other.sent
        self.retried += other.retried
        self.dead += other.dead
        self.left += other.left


def deliver(
    ids: list[int] | None = None,
    *,
    limit: int = LIMIT,
    patience_seconds: float | None = PATIENCE_SECONDS,
    is_abandoned_first: bool = False,
    now: datetime | None = None,
) -> DeliverySummary:
    """One attempt for up to `limit` due messages, of `ids` or all.

    Waits `patience_seconds` for slow receivers (None: for all); the others are finished and
    settled in the background. Must not be called inside a transaction.
    """
    jobs, summary = _claimed(
        claim(
            ids=ids, limit=limit, now=now or timezone.now(), is_abandoned_first=is_abandoned_first
        )
    )
    left = run_patiently(
        {key: job.work for key, job in jobs.items()},
        handle=_settling(jobs, summary),
        patience_seconds=patience_seconds,
        max_workers=max(len(jobs), 1),
        name="deliver",
    )
    summary.left = sum(len(jobs[key].claims) for key in left)
    return summary


def deliver_begin(ids: list[int], *, limit: int) -> tuple[Thread | None, int, set[int]]:
    """Begins one attempt for the given messages, as far as they are due, and returns at once.

    Returns the thread that settles them (None: there is nothing to send), their number, and which
    ones were taken, those included that were decided without sending.
    """
    claims = claim(ids=ids, limit=limit, now=timezone.now())
    taken = {one.id for one in claims}
    jobs, summary = _claimed(claims)
    if not jobs:
        return None, 0, taken
    thread = run_in_background(
        {key: job.work for key, job in jobs.items()},
        handle=_settling(jobs, summary),
        max_workers=len(jobs),
        name="deliver",
    )
    return thread, sum(len(job.claims) for job in jobs.values()), taken


def deliver_all(*, seconds: float = TASK_SECONDS) -> DeliverySummary:
    """Rounds of `deliver` until nothing is due or the time is over (what the task does)."""
    until = time.monotonic() + seconds
    bury_unsendable(timezone.now())
    total, rounds = DeliverySummary(), 0
    while time.monotonic() < until:
        rounds += 1
        round_ = deliver(is_abandoned_first=rounds % ABANDONED_EVERY == 0)
        total.add(round_)
        if not round_.claimed:
            break
    return total


def notification_resend(*, notification: NotificationLog) -> NotificationLog:
    """Owes the same words once more, as a new row that is sent within seconds.

    Raises ConflictError while the first one is still under way.
    """
    if notification.status not in FINISHED:
        raise ConflictError(
            "The message is still under way.", advice="Wait until it was sent or failed for good."
        )
    with transaction.atomic():
        again = NotificationLog.objects.create(
            channel=notification.channel,
            resend_of=notification,
            group_key=f"r{uuid.uuid4().hex}",
            notification_type=notification.notification_type,
            subject=notification.subject,
            message=notification.message,
            rendered={k: v for k, v in notification.rendered.items() if k != "progress"},
        )
        again.events.set(notification.events.all())
    return again


def _claimed(claims: list[Claim]) -> tuple[dict[str, Job], DeliverySummary]:
    """The jobs to run; what is decided without sending is settled at once."""
    summary = DeliverySummary(claimed=len(claims))
    decided: list[tuple[Claim, Outcome]] = []
    to_send: list[Claim] = []
    for each in claims:
        if each.attempt > MAX_ATTEMPTS:
            decided.append((each, _sender_died()))
        elif each.verdict is not None:
            decided.append((each, each.verdict))
        else:
            to_send.append(each)
    jobs = jobs_of(to_send)
    _settle_all(decided, summary)
    return jobs, summary


def _settling(
    jobs: Mapping[str, Job], summary: DeliverySummary
) -> Callable[[str, list[Outcome] | Exception], None]:
    def handle(key: str, result: list[Outcome] | Exception) -> None:
        _settle_all(outcomes_of(jobs[key].claims, result), summary)

    return handle


def _settle_all(pairs: Iterable[tuple[Claim, Outcome]], summary: DeliverySummary) -> None:
    """One that cannot be settled is tried again when its claim runs out; the others are settled."""
    for each, outcome in pairs:
        with log_context(notification=each.id):
            try:
                summary.count(settle(each, outcome))
            except Exception:
                logger.exception("outcome_not_settled")


def _sender_died() -> DeliveryError:
    """A message that takes its worker down with it must not do so for ever."""
    return DeliveryError(
        f"Sending ended without an outcome {MAX_ATTEMPTS} times.",
        code="sender_died",
        permanent=True,
        advice="Look at the log of the workers, then resend.",
    )
