"""The clock hours of the last day, where clocks change and where they are half an hour off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from monitoring.hours import clock_hours, hour_columns

pytestmark = [pytest.mark.unit, pytest.mark.once]

BERLIN = ZoneInfo("Europe/Berlin")


def test_the_last_hour_is_the_one_that_runs() -> None:
    starts = clock_hours(datetime(2026, 3, 10, 14, 25, 3, tzinfo=UTC))
    assert starts[-1] == datetime(2026, 3, 10, 14, tzinfo=UTC)
    assert starts[0] == datetime(2026, 3, 9, 15, tzinfo=UTC)
    assert len(starts) == 24


@pytest.mark.parametrize(
    ("now", "labels"),
    [
        (datetime(2026, 3, 29, 5, 30, tzinfo=BERLIN), ["01", "03", "04", "05"]),
        (datetime(2026, 10, 25, 4, 30, tzinfo=BERLIN), ["02", "02", "03", "04"]),
    ],
    ids=["clocks leave an hour out", "clocks repeat an hour"],
)
def test_each_hour_is_an_hour_long_when_clocks_change(now: datetime, labels: list[str]) -> None:
    starts = clock_hours(now)
    assert {b - a for a, b in pairwise(starts)} == {timedelta(hours=1)}
    columns = hour_columns(starts, {}, now=now, kinds={"any": "idle"})
    assert [one.label for one in columns][-4:] == labels


def test_hours_begin_when_the_viewers_clock_says_so() -> None:
    now = datetime(2026, 3, 10, 14, 25, tzinfo=ZoneInfo("Asia/Kolkata"))
    assert clock_hours(now)[-1] == datetime(2026, 3, 10, 8, 30, tzinfo=UTC)


def test_columns_are_as_high_as_their_share_of_the_fullest() -> None:
    now = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)
    starts = clock_hours(now, 3)
    kinds = {"restocked": "good", "sold_out": "bad"}
    counts = {(0, "restocked"): 1, (2, "restocked"): 3, (2, "sold_out"): 1}
    first, second, third = hour_columns(starts, counts, now=now, kinds=kinds)
    assert (first.total, second.total, third.total) == (1, 0, 4)
    assert [(part.kind, part.height) for part in third.parts] == [("good", 75.0), ("bad", 25.0)]
    assert [part.height for part in first.parts] == [25.0]
    assert second.parts == ()
    assert (second.until, third.until) == (starts[2], None)


def test_a_kind_nobody_named_is_counted_among_the_last() -> None:
    now = datetime(2026, 3, 10, tzinfo=UTC)
    (column,) = hour_columns([now], {(0, "new_kind"): 2}, now=now, kinds={"a": "good", "b": "idle"})
    assert [(part.kind, part.number) for part in column.parts] == [("idle", 2)]
