"""Pure: what a failed or good poll says about a Website (contract section 6)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from common.backoff import next_delay
from websites.choices import DOWN, Health
from websites.sources.errors import SourceError

FAILURES_UNTIL_UNREACHABLE = 3
FAILING_UNTIL_UNREACHABLE = timedelta(minutes=2)
BACKOFF_CAP_SECONDS = 900.0
BACKOFF_CAP_REFUSED_SECONDS = 3600.0
RATE_LIMIT_BASE_SECONDS = 60.0


class HealthState(NamedTuple):
    """The health columns of a Website."""

    health: str
    failure_count: int
    failing_since: datetime | None
    is_announced_down: bool


class HealthStep(NamedTuple):
    """`enters_down` and `recovers` are the moments that are announced."""

    state: HealthState
    enters_down: bool = False
    recovers: bool = False


def after_failure(before: HealthState, error: SourceError, now: datetime) -> HealthStep:
    """A single failure degrades; three in a row over two minutes are an outage; a refusal is one at once."""
    count = before.failure_count + 1
    since = before.failing_since or now
    health = Health(error.health)
    if health == Health.DEGRADED:
        lasting = count >= FAILURES_UNTIL_UNREACHABLE and now - since >= FAILING_UNTIL_UNREACHABLE
        if before.health in DOWN:
            health = Health(before.health)
        elif lasting:
            health = Health.UNREACHABLE
    enters = health in DOWN and not before.is_announced_down
    is_down = before.is_announced_down or enters
    return HealthStep(HealthState(health, count, since, is_down), enters_down=enters)


def after_success(before: HealthState) -> HealthStep:
    return HealthStep(HealthState(Health.OK, 0, None, False), recovers=before.is_announced_down)


def backoff_seconds(
    *, failure_count: int, interval: float, error: SourceError, jitter: float | None = None
) -> float:
    """Seconds until the next try; never shorter than the website's interval."""
    is_refused = error.health in DOWN
    base = interval
    if error.health == Health.RATE_LIMITED:
        base = max(interval, RATE_LIMIT_BASE_SECONDS)
    cap = BACKOFF_CAP_REFUSED_SECONDS if is_refused else BACKOFF_CAP_SECONDS
    return next_delay(
        failure_count,
        base_seconds=base,
        cap_seconds=max(cap, interval),
        retry_after=error.retry_after,
        jitter=jitter,
    )
