"""The statistics of random histories are those of a replay that looks at every single hour."""

from __future__ import annotations

from datetime import datetime
from math import exp, sqrt
from statistics import mean, median
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitoring.statistics.report import statistics_of
from tests.monitoring.statistics.histories import (
    HOUR,
    History,
    Replay,
    at,
    histories,
    readings_of,
    unread_of,
)

pytestmark = [pytest.mark.unit, pytest.mark.once, pytest.mark.bulk]

ZONE = ZoneInfo("Europe/Berlin")  # its clocks change inside the histories
DAY, WEEK, MONTH = 24, 7 * 24, 30 * 24


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories(), st.integers(0, 200))
def test_the_statistics_are_those_of_a_replay_hour_by_hour(history: History, since: int) -> None:
    since = min(since, history.looked)
    found = statistics_of(
        readings_of(history),
        since=at(since),
        now=at(history.now),
        read_until=at(history.looked),
        unread=unread_of(history),
        zone=ZONE,
    )
    replay = Replay(history)
    for flow, length in ((found.day, DAY), (found.week, WEEK), (found.month, MONTH)):
        assert tuple(flow) == replay.flow(max(since, history.now - length))
    lately = max(since, history.looked - MONTH)
    assert (found.in_stock_share, found.known_share) == pytest.approx(replay.shares(lately))
    lengths = replay.sell_outs(since)
    assert found.sell_outs == len(lengths)
    assert found.sell_out_mean == (mean(lengths) * HOUR if lengths else None)
    assert found.sell_out_median == (median(lengths) * HOUR if lengths else None)
    assert found.restocks == pattern(replay.arrivals(since))
    assert found.forecast[1:] == pytest.approx(forecast(replay, lately))


def pattern(hours):
    counts = [[0] * 24 for _ in range(7)]
    for hour in hours:
        local = datetime.fromtimestamp(at(hour).timestamp(), ZONE)
        counts[local.weekday()][local.hour] += 1
    return counts


def forecast(replay: Replay, since: int):
    """(sold in a day, days, low, high)."""
    days = replay.sales(since)
    falls = [fall for sold, _ in days for fall in sold]
    hours = sum(time for _, time in days)
    if hours < DAY or 0 < len(falls) < 3:
        return (None, None, None, None)
    rate = sum(falls) / (hours / DAY)
    last = replay.held[-1]
    if not falls or last is None or not last.number:
        return (rate, None, None, None)
    misses = [
        (sum(sold) - rate * time / DAY) ** 2 / (rate * time / DAY) for sold, time in days if time
    ]
    chance = sum(misses) / (len(misses) - 1) if len(misses) > 1 else 1
    lumps = sum(fall**2 for fall in falls) / sum(falls)
    deviation = sqrt(max(1, chance, lumps) * (1 / sum(falls) + 1 / last.number))
    left = last.number / rate
    return (rate, left, left * exp(-1.2816 * deviation), left * exp(1.2816 * deviation))
