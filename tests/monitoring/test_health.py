from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.health import HealthState, after_failure, after_success, backoff_seconds
from websites.sources.errors import (
    AuthError,
    BlockedError,
    RateLimitedError,
    SourceError,
    UnreachableError,
)

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
FINE = HealthState("ok", 0, None, False)


def _fail(state, error, *, after_seconds=0):
    return after_failure(state, error, NOW + timedelta(seconds=after_seconds))


def test_one_failure_degrades_and_announces_nothing():
    step = _fail(FINE, UnreachableError("x"))
    assert (step.state.health, step.enters_down) == ("degraded", False)


def test_three_failures_within_two_minutes_are_not_yet_an_outage():
    step = _fail(HealthState("degraded", 2, NOW, False), UnreachableError("x"), after_seconds=100)
    assert step.state.health == "degraded"


def test_three_failures_over_two_minutes_are_an_outage_announced_once():
    step = _fail(HealthState("degraded", 2, NOW, False), UnreachableError("x"), after_seconds=120)
    assert (step.state.health, step.enters_down) == ("unreachable", True)
    again = _fail(step.state, UnreachableError("x"), after_seconds=180)
    assert (again.state.health, again.enters_down) == ("unreachable", False)


@pytest.mark.parametrize(
    ("error", "health"), [(AuthError("x"), "auth_failed"), (BlockedError("x"), "blocked")]
)
def test_a_refusal_is_announced_at_once(error, health):
    step = _fail(FINE, error)
    assert (step.state.health, step.enters_down) == (health, True)


def test_a_plain_failure_does_not_hide_a_refusal():
    assert (
        _fail(HealthState("blocked", 1, NOW, True), UnreachableError("x")).state.health == "blocked"
    )


def test_only_an_announced_outage_recovers_with_an_event():
    assert after_success(HealthState("unreachable", 5, NOW, True)).recovers
    step = after_success(HealthState("degraded", 1, NOW, False))
    assert not step.recovers
    assert step.state == HealthState("ok", 0, None, False)


def test_backoff_starts_at_the_interval_doubles_and_is_capped():
    def wait(count, error=None):
        error = error or SourceError("x")
        return backoff_seconds(failure_count=count, interval=60, error=error, jitter=0)

    assert [wait(1), wait(2), wait(3), wait(20)] == [60, 120, 240, 900]
    assert wait(20, AuthError("x")) == 3600


def test_backoff_never_undercuts_what_the_shop_asked_for_nor_the_interval():
    asked = RateLimitedError("x", retry_after=600)
    assert backoff_seconds(failure_count=1, interval=5, error=asked, jitter=0) == 600
    assert backoff_seconds(failure_count=1, interval=5, error=RateLimitedError("x"), jitter=0) == 60
    assert backoff_seconds(failure_count=9, interval=3600, error=SourceError("x"), jitter=0) == 3600
