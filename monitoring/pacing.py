"""Pure: how long a host is left alone after it was asked."""

from __future__ import annotations

from common.backoff import next_delay
from websites.choices import Health
from websites.sources.errors import SourceError

REFUSED_BASE_SECONDS = 30.0
REFUSED_CAP_SECONDS = 3600.0
JITTER_SHARE = 0.5
"""A gap is lengthened by up to this share, so that readers do not fall into step."""


def is_refusal(error: SourceError) -> bool:
    """The host wants to be asked less: 403, 429, a block page, an error of the server."""
    refused = error.health in {Health.BLOCKED, Health.RATE_LIMITED}
    return refused or (error.status is not None and (error.status == 403 or error.status >= 500))


def pause_seconds(
    error: SourceError | None, *, failure_count: int, gap: float, jitter: float
) -> float:
    """`failure_count` counts this refusal, too; `jitter` is in 0..1. Only ever longer than the gap.
    A host may ask for an hour at most: all teams on it wait."""
    pause = gap * (1 + JITTER_SHARE * jitter)
    if error is None or not is_refusal(error):
        return pause
    refused = next_delay(
        failure_count,
        base_seconds=REFUSED_BASE_SECONDS,
        cap_seconds=REFUSED_CAP_SECONDS,
        retry_after=min(error.retry_after or 0.0, REFUSED_CAP_SECONDS),
        jitter=jitter,
    )
    return max(pause, refused)
