"""Pure: how long to wait after a failure."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RETRY_AFTER_MAX_SECONDS = 86_400.0
"""Nobody may send us away for longer than a day."""


def retry_after_seconds(value: str, now: datetime | None = None) -> float | None:
    """Retry-After (RFC 9110 section 10.2.3): seconds or an HTTP date, from 0 to a day.

    None for anything else.
    """
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return min(float(text[:12]), RETRY_AFTER_MAX_SECONDS)
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    wait = (until - (now or datetime.now(tz=UTC))).total_seconds()
    return min(max(wait, 0.0), RETRY_AFTER_MAX_SECONDS)


def next_delay(
    attempt: int,
    *,
    base_seconds: float,
    cap_seconds: float,
    retry_after: float | None = None,
    jitter: float | None = None,
) -> float:
    """Seconds until the next try after `attempt` failures (1 = the first one).

    Doubles from `base_seconds` to `cap_seconds` and adds up to 20 % jitter. `retry_after` (seconds,
    from the other side) is a lower bound; jitter only ever lengthens, so it is always honoured.
    `jitter` in 0..1 replaces the random share (tests).
    """
    doubled = base_seconds * 2.0 ** min(max(attempt, 1) - 1, 30)
    wait = max(min(doubled, cap_seconds), retry_after or 0.0)
    share = random.random() if jitter is None else jitter  # noqa: S311 - spreads load, no secret
    return wait * (1 + 0.2 * share)
