"""Sending what is owed: claim, attempt in threads, settle in the caller's thread."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from threading import Thread

from django.db import transaction
from django.utils import timezone
from django_q.tasks import async_task

from common.errors import ConflictError
from common.patience import run_in_background, run_patiently
from common.queues import NOTIFY, cluster_of
from monitoring.models import MonitorHistory
from notifications.channels.base import Message, Receipt, SendsMany
from notifications.channels.errors import DeliveryError
from notifications.channels.registry import CHANNELS, build
from notifications.choices import NotificationStatus
from notifications.models import NotificationLog
from notifications.services.claiming import (
    MAX_ATTEMPTS,
    Claim,
    bury_unsendable,
    claim,
    claimable,
    unsendable,
)
from notifications.services.settling import Outcome, Settled, Untried, settle

logger = logging.getLogger(__name__)

LIMIT = 20
PATIENCE_SECONDS = 3.0
TASK_SECONDS = 30.0
STOPPED_SECONDS = 5.0
"""Wait of messages that a batch did not come to, when the other side named no time."""

LEFT_BEHIND = timedelta(seconds=2)
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
    now: datetime | None = None,
) -> DeliverySummary:
    """One attempt for up to `limit` due messages, of `ids` or all.

    Waits `patience_seconds` for slow receivers (None: for all); the others are finished and
    settled in the background. Must not be called inside a transaction.
    """
    jobs, summary = _claimed(ids, limit, now)
    left = run_patiently(
        {key: job.work for key, job in jobs.items()},
        handle=_settling(jobs, summary),
        patience_seconds=patience_seconds,
        max_workers=max(len(jobs), 1),
        name="deliver",
    )
    summary.left = sum(len(jobs[key].claims) for key in left)
    return summary


def deliver_begin(ids: list[int], *, limit: int) -> tuple[Thread | None, int]:
    """Begins one attempt for the given messages, as far as they are due, and returns at once.

    Returns the thread that settles them (None: there is nothing to send) and their number.
    """
    jobs, summary = _claimed(ids, limit, None)
    if not jobs:
        return None, 0
    thread = run_in_background(
        {key: job.work for key, job in jobs.items()},
        handle=_settling(jobs, summary),
        max_workers=len(jobs),
        name="deliver",
    )
    return thread, sum(len(job.claims) for job in jobs.values())


def _claimed(
    ids: list[int] | None, limit: int, now: datetime | None
) -> tuple[dict[str, _Job], DeliverySummary]:
    """The jobs to run; messages that were tried too often are settled at once."""
    claims = claim(ids=ids, limit=limit, now=now or timezone.now())
    summary = DeliverySummary(claimed=len(claims))
    for each in claims:
        if each.attempt > MAX_ATTEMPTS:
            summary.count(settle(each, _sender_died()))
    return _jobs([each for each in claims if each.attempt <= MAX_ATTEMPTS]), summary


def _settling(
    jobs: Mapping[str, _Job], summary: DeliverySummary
) -> Callable[[str, list[Outcome] | Exception], None]:
    def handle(key: str, result: list[Outcome] | Exception) -> None:
        for each, outcome in _outcomes(jobs[key].claims, result):
            summary.count(settle(each, outcome))

    return handle


def deliver_all(*, seconds: float = TASK_SECONDS) -> DeliverySummary:
    """Rounds of `deliver` until nothing is due or the time is over (what the task does)."""
    until = time.monotonic() + seconds
    bury_unsendable(timezone.now())
    total = DeliverySummary()
    while time.monotonic() < until:
        round_ = deliver()
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
            rendered=notification.rendered,
        )
        again.events.set(notification.events.all())
    return again


@dataclass(frozen=True, slots=True)
class _Job:
    claims: Sequence[Claim]
    work: Callable[[], list[Outcome]]


def _jobs(claims: Sequence[Claim]) -> dict[str, _Job]:
    """One job per message, or per channel where its transport carries several at once."""
    bundles: dict[str, list[Claim]] = {}
    for each in claims:
        is_batch = issubclass(CHANNELS.get(each.kind), SendsMany)
        bundles.setdefault(f"c{each.channel_id}" if is_batch else f"m{each.id}", []).append(each)
    return {key: _Job(bundle, partial(_attempt, bundle)) for key, bundle in bundles.items()}


def _attempt(claims: Sequence[Claim]) -> list[Outcome]:
    """Runs in a thread: network only, no ORM. One outcome per claim, in order."""
    messages = [each.message for each in claims if each.message is not None]
    sent = iter(_send(claims[0], messages) if messages else [])
    return [_not_rendered() if each.message is None else next(sent) for each in claims]


def _send(claim_: Claim, messages: Sequence[Message]) -> list[Outcome]:
    try:
        transport = build(claim_.kind, claim_.target)
        if isinstance(transport, SendsMany):
            return _with_untried(transport.send_many(messages), len(messages))
        return [transport.send(message) for message in messages]
    except DeliveryError as error:
        return [error] * len(messages)


def _with_untried(results: Sequence[Receipt | DeliveryError], count: int) -> list[Outcome]:
    """A shorter answer means that the transport stopped; the last error says for how long."""
    wait = 0.0
    if results and isinstance(results[-1], DeliveryError):
        wait = results[-1].retry_after or STOPPED_SECONDS
    return [*results, *[Untried(retry_after=wait)] * (count - len(results))]


def _outcomes(
    claims: Sequence[Claim], result: list[Outcome] | Exception
) -> Iterator[tuple[Claim, Outcome]]:
    if isinstance(result, Exception):
        # A bug of ours: visible on the message, and no other message suffers from it.
        logger.error("send_crashed kind=%s", claims[0].kind, exc_info=result)
        crash = DeliveryError("Sending failed inside this application.", code="internal_error")
        result = [crash] * len(claims)
    yield from zip(claims, result, strict=True)


def _not_rendered() -> DeliveryError:
    return DeliveryError(
        "The message could not be rendered.",
        code="render_failed",
        advice="The log of the worker names the template.",
    )


def _sender_died() -> DeliveryError:
    """A message that takes its worker down with it must not do so for ever."""
    return DeliveryError(
        f"Sending ended without an outcome {MAX_ATTEMPTS} times.",
        code="sender_died",
        permanent=True,
        advice="Look at the log of the workers, then resend.",
    )


class _Gate:
    """Lets through every 2 s, and ever more rarely while that does not help (a stopped queue must
    not be filled with tasks)."""

    SHORTEST, LONGEST = 2.0, 60.0

    def __init__(self) -> None:
        self.opens_at = 0.0
        self.gap = self.SHORTEST

    def ask(self, *, is_needed: bool) -> bool:
        now = time.monotonic()
        if not is_needed:
            if now >= self.opens_at:
                self.gap = self.SHORTEST
            return False
        if now < self.opens_at:
            return False
        self.opens_at = now + self.gap
        self.gap = min(self.gap * 2, self.LONGEST)
        return True


_gates = {"plan": _Gate(), "deliver": _Gate()}


def sweep(now: datetime | None = None) -> None:
    """Hands over to the queue what was left behind: events nobody planned, messages that are due.

    Two cheap look-ups, made every second by the core process and every minute by a schedule.
    """
    before = (now or timezone.now()) - LEFT_BEHIND
    unplanned = MonitorHistory.objects.unplanned().filter(created_at__lte=before)
    due = claimable(before) | unsendable(before)
    if _gates["plan"].ask(is_needed=unplanned.exists()):
        async_task("notifications.tasks.plan", cluster=cluster_of(NOTIFY))
    if _gates["deliver"].ask(is_needed=due.exists()):
        async_task("notifications.tasks.deliver", cluster=cluster_of(NOTIFY))
