from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.quiethours import QuietHours, quiet_until

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]


def hours(start, end, zone="Europe/Berlin"):
    return QuietHours(time.fromisoformat(start), time.fromisoformat(end), ZoneInfo(zone))


def berlin(text, fold=0):
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "start", "end", "expected"),
    [
        ("2026-11-21 21:59", "22:00", "07:00", None),
        ("2026-11-21 22:00", "22:00", "07:00", "2026-11-22 07:00"),
        ("2026-11-22 03:00", "22:00", "07:00", "2026-11-22 07:00"),
        ("2026-11-22 06:59", "22:00", "07:00", "2026-11-22 07:00"),
        ("2026-11-22 07:00", "22:00", "07:00", None),
        ("2026-11-22 13:00", "12:00", "14:00", "2026-11-22 14:00"),
        ("2026-11-22 14:00", "12:00", "14:00", None),
        ("2026-11-22 14:00", "12:00", "12:00", None),
        # The clocks go forward: from 02:00 to 03:00.
        ("2026-03-29 01:30", "22:00", "07:00", "2026-03-29 07:00"),
        ("2026-03-29 01:30", "01:00", "04:00", "2026-03-29 04:00"),
        # The clocks go back: 02:00 to 03:00 comes twice.
        ("2026-10-25 02:30", "22:00", "07:00", "2026-10-25 07:00"),
    ],
)
def test_quiet_hours_go_by_the_clock_on_the_wall(moment, start, end, expected):
    found = quiet_until(berlin(moment), [hours(start, end)])
    assert found == (expected and berlin(expected))


def test_an_end_that_comes_twice_is_the_second_one():
    """Else the night would be cut in two, with messages between."""
    end = berlin("2026-10-25 02:30", fold=1)
    for moment in (
        berlin("2026-10-25 01:00"),
        berlin("2026-10-25 02:45"),
        end - timedelta(minutes=1),
    ):
        assert quiet_until(moment, [hours("22:00", "02:30")]) == end
    assert quiet_until(end, [hours("22:00", "02:30")]) is None


def test_times_that_never_come_make_quiet_longer():
    assert quiet_until(berlin("2026-03-29 03:10"), [hours("22:00", "02:30")]) == berlin(
        "2026-03-29 03:30"
    )
    assert quiet_until(berlin("2026-03-29 03:10"), [hours("02:30", "06:00")]) is not None


def test_spans_of_channel_and_person_that_touch_are_one():
    spans = [hours("22:00", "06:00"), hours("05:00", "07:30", "UTC")]
    assert quiet_until(berlin("2026-11-21 23:00"), spans) == berlin("2026-11-22 08:30")
    assert quiet_until(berlin("2026-11-22 07:00"), spans) == berlin("2026-11-22 08:30")


def test_spans_that_leave_no_time_end_all_the_same():
    spans = [hours("00:00", "12:00"), hours("12:00", "00:00")]
    found = quiet_until(berlin("2026-11-21 23:00"), spans)
    assert found is not None
    assert found < berlin("2026-11-25 00:00")


clocks = st.times(max_value=time(23, 59)).map(lambda at: at.replace(second=0, microsecond=0))
moments = st.integers(0, 2 * 365 * 86_400).map(
    lambda seconds: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@given(moments, clocks, clocks, st.sampled_from(ZONES))
def test_quiet_ends_within_a_day_and_is_quiet_by_the_wall_clock(moment, start, end, zone):
    span = QuietHours(start, end, ZoneInfo(zone))
    until = quiet_until(moment, [span])
    wall = moment.astimezone(span.zone).time()
    inside = start <= wall < end if start < end else wall >= start or wall < end
    if start == end:
        assert until is None
    elif inside:
        # Whatever clocks do: what the wall says is quiet is quiet.
        assert until is not None
    if until is not None:
        assert moment < until <= moment + timedelta(hours=26)
        assert quiet_until(until, [span]) is None
        assert quiet_until(until - timedelta(microseconds=1), [span]) == until
