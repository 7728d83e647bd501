"""Slots never drift, and never come twice within a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from monitoring.slots import DAY, GRACE, Rhythm, next_slot, slot_after

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe",
         "Asia/Shanghai", "Pacific/Apia", "no/zone"]  # fmt: skip
MOMENTS = st.integers(0, 6 * 365 * 86_400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
RHYTHMS = st.builds(
    Rhythm, st.sampled_from(["daily", "hourly", "off"]), st.integers(0, 23), st.sampled_from(ZONES)
)
SHIFT = timedelta(hours=1)
"""By so much a change of clocks moves a wall."""


def on_the_wall(rhythm, moment):
    zone = "UTC" if rhythm.zone == "no/zone" else rhythm.zone
    return moment.astimezone(ZoneInfo(zone))


@given(RHYTHMS, MOMENTS)
def test_the_next_slot_is_a_day_away_and_at_most_two(rhythm, told_at):
    gap = next_slot(rhythm, told_at) - told_at
    assert DAY - GRACE - SHIFT <= gap < 2 * DAY + SHIFT
    if rhythm.mode == "hourly":
        assert DAY - GRACE <= gap <= DAY + timedelta(minutes=30)


@given(RHYTHMS, MOMENTS, st.lists(st.integers(0, 25 * 60), min_size=10, max_size=40))
def test_reminders_that_leave_late_do_not_drift(rhythm, opened_at, delays):
    """Up to 25 minutes late each time: one a day all the same, always at its slot."""
    slot = next_slot(rhythm, opened_at)
    begun, first = slot, on_the_wall(rhythm, slot)
    for number, delay in enumerate(delays, start=1):
        slot = next_slot(rhythm, slot + timedelta(seconds=delay))
        wall = on_the_wall(rhythm, slot)
        if rhythm.mode == "hourly":
            assert slot - begun == number * DAY
        elif rhythm.zone != "Pacific/Apia":
            assert (wall.date() - first.date()).days == number


@given(RHYTHMS, MOMENTS)
def test_daily_slots_show_the_hour_of_the_team(rhythm, moment):
    for slot in (next_slot(rhythm, moment), slot_after(rhythm, moment)):
        wall = on_the_wall(rhythm, slot)
        if rhythm.mode == "hourly":
            assert (slot.minute, slot.second, slot.microsecond) == (0, 0, 0)
            continue
        skipped = wall.hour == rhythm.hour + 1  # the hour that is left out in spring
        assert wall.hour == rhythm.hour or skipped or wall.minute == 30
        assert (wall.second, wall.microsecond) == (0, 0)


@given(RHYTHMS, MOMENTS)
def test_the_slot_after_a_moment_is_later_and_the_nearest(rhythm, moment):
    slot = slot_after(rhythm, moment)
    most = timedelta(hours=1) if rhythm.mode == "hourly" else DAY + SHIFT
    assert timedelta(0) < slot - moment <= most


def test_nine_in_the_morning_stays_nine_when_clocks_change():
    berlin = Rhythm("daily", 9, "Europe/Berlin")
    slot = datetime(2026, 3, 28, 8, 0, tzinfo=UTC)
    slots = [slot := next_slot(berlin, slot) for _ in range(2)]
    assert [one.hour for one in slots] == [7, 7]
    slot = datetime(2026, 10, 24, 7, 0, tzinfo=UTC)
    assert next_slot(berlin, slot) == datetime(2026, 10, 25, 8, 0, tzinfo=UTC)


def test_an_alert_opened_just_after_nine_is_told_the_next_morning():
    utc = Rhythm()
    assert next_slot(utc, datetime(2026, 5, 1, 9, 29, tzinfo=UTC)).day == 2
    assert next_slot(utc, datetime(2026, 5, 1, 9, 31, tzinfo=UTC)).day == 3
