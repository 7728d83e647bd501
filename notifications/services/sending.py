"""The attempts themselves: network only, in threads, no ORM."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from common.registry import UnknownKindError
from notifications.channels.base import Message, Receipt, SendsMany
from notifications.channels.errors import DeliveryError
from notifications.channels.registry import CHANNELS, build
from notifications.services.claiming import Claim
from notifications.services.outcomes import Outcome, Untried

logger = logging.getLogger(__name__)

STOPPED_SECONDS = 5.0
"""Wait of messages that a batch did not come to, when the other side named no time."""


@dataclass(frozen=True, slots=True)
class Job:
    """What one thread does: a message, or several of a channel whose transport carries them."""

    claims: Sequence[Claim]
    work: Callable[[], list[Outcome]]


def jobs_of(claims: Sequence[Claim]) -> dict[str, Job]:
    """Of claims that have a message."""
    bundles: dict[str, list[Claim]] = {}
    for each in claims:
        key = f"c{each.channel_id}" if _is_many(each.kind) else f"m{each.id}"
        bundles.setdefault(key, []).append(each)
    return {key: Job(bundle, partial(_attempt, bundle)) for key, bundle in bundles.items()}


def _is_many(kind: str) -> bool:
    """A kind that is gone or broken shows in its own job, beside which the others are sent."""
    try:
        return issubclass(CHANNELS.get(kind), SendsMany)
    except Exception:
        return False


def _attempt(claims: Sequence[Claim]) -> list[Outcome]:
    """One outcome per claim, in order. A failure knows how long its attempt took."""
    messages = [each.message for each in claims if each.message is not None]
    started = time.monotonic()
    outcomes = _send(claims[0], messages)
    for outcome in outcomes:
        if isinstance(outcome, DeliveryError):
            outcome.seconds = time.monotonic() - started
    return outcomes


def _send(claim: Claim, messages: Sequence[Message]) -> list[Outcome]:
    try:
        transport = build(claim.kind, claim.target)
        if isinstance(transport, SendsMany):
            return _with_untried(transport.send_many(messages), len(messages))
        return [transport.send(message) for message in messages]
    except UnknownKindError:
        return [_unknown_kind(claim.kind)] * len(messages)
    except DeliveryError as error:
        return [error] * len(messages)


def _with_untried(results: Sequence[Receipt | DeliveryError], count: int) -> list[Outcome]:
    """A shorter answer means that the transport stopped; the last error says for how long."""
    wait = 0.0
    if results and isinstance(results[-1], DeliveryError):
        wait = results[-1].retry_after or STOPPED_SECONDS
    return [*results, *[Untried(retry_after=wait)] * (count - len(results))]


def outcomes_of(
    claims: Sequence[Claim], result: list[Outcome] | Exception
) -> Iterator[tuple[Claim, Outcome]]:
    """Pairs a job's claims with its result, which is an exception for a bug of ours."""
    if isinstance(result, Exception):
        # Visible on the message, and no other message suffers from it.
        logger.error("send_crashed kind=%s", claims[0].kind, exc_info=result)
        crash = DeliveryError("Sending failed inside this application.", code="internal_error")
        result = [crash] * len(claims)
    yield from zip(claims, result, strict=True)


def _unknown_kind(kind: str) -> DeliveryError:
    return DeliveryError(
        f"There is no channel of kind {kind}.",
        code="unknown_kind",
        permanent=True,
        advice="It was part of another version of this application. Make a new channel.",
    )
