"""Sums with the clock on a wall: slots of reminders, and quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.monitoring.simulation.cast import Crew

DAY = timedelta(hours=24)
NEARLY_A_DAY = timedelta(hours=23, minutes=30)
"""A slot may come half an hour before the day is full."""


def slot_from(rhythm: Crew, moment: datetime, gap: timedelta | None = None) -> datetime:
    """The first slot that is `gap` after the moment, or, without one, later than it."""
    if rhythm.mode == "hourly":
        least = moment + gap if gap else moment + timedelta(microseconds=1)
        whole = least.replace(minute=0, second=0, microsecond=0)
        return whole if whole == least else whole + timedelta(hours=1)
    zone = ZoneInfo(rhythm.zone)
    wall = moment.astimezone(zone).replace(tzinfo=None)
    for days in range(4):
        clock = wall.replace(hour=rhythm.hour, minute=0, second=0, microsecond=0)
        clock += timedelta(days=days)
        if clock - wall >= gap if gap else clock > wall:
            return clock.replace(tzinfo=zone).astimezone(UTC)
    raise AssertionError("no slot in four days")


def wall_of(moment: datetime, zone: str) -> datetime:
    """What the clock on the wall shows."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def is_quiet(moment: datetime, quiet: tuple[time, time] | None, zone: str) -> bool:
    """By the clock alone; no hour that comes twice or never is asked about here."""
    if quiet is None:
        return False
    (start, end), clock = quiet, wall_of(moment, zone).time()
    return start <= clock < end if start < end else clock >= start or clock < end
