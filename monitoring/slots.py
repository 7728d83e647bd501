"""Pure: the moments at which a team is reminded of what is still open.

A slot never depends on when the last reminder really left, so reminders do not drift; it is a
time on the wall of the team, so a change of clocks does not move it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = timedelta(hours=24)
GRACE = timedelta(minutes=30)
"""A slot may come so much earlier than a full day after the last telling."""

SHIFT = timedelta(hours=2)
"""Longer than clocks are ever moved."""

HOURLY = "hourly"


class Rhythm(NamedTuple):
    """When a team is reminded: an accounts.choices.Reminders value, hour of its day, IANA zone."""

    mode: str = "daily"
    hour: int = 9
    zone: str = "UTC"


def next_slot(rhythm: Rhythm, told_at: datetime) -> datetime:
    """The first slot a day after people were told, give or take GRACE. In UTC."""
    return _first(rhythm, told_at, DAY - GRACE)


def slot_after(rhythm: Rhythm, moment: datetime) -> datetime:
    """The first slot later than `moment`. In UTC."""
    return _first(rhythm, moment, timedelta(microseconds=1))


def _first(rhythm: Rhythm, moment: datetime, gap: timedelta) -> datetime:
    """Hourly slots are full hours of UTC; all others the hour of the day on the team's wall."""
    if rhythm.mode == HOURLY:
        earliest = moment.astimezone(UTC) + gap
        hour = earliest.replace(minute=0, second=0, microsecond=0)
        return hour if hour == earliest else hour + timedelta(hours=1)
    zone = _zone(rhythm.zone)
    # An hour that clocks leave out makes nobody wait a day longer.
    calm = (moment - SHIFT).astimezone(zone).replace(tzinfo=None, fold=0) + SHIFT
    wall = min(moment.astimezone(zone).replace(tzinfo=None, fold=0), calm) + gap
    slot = wall.replace(hour=rhythm.hour, minute=0, second=0, microsecond=0)
    if slot < wall:
        slot += timedelta(days=1)
    found = slot.replace(tzinfo=zone).astimezone(UTC)
    while found <= moment:  # the hour that clocks go through twice
        slot += timedelta(days=1)
        found = slot.replace(tzinfo=zone).astimezone(UTC)
    return found


def _zone(name: str) -> ZoneInfo:
    """UTC for a name that is no zone: a typing error must not stop reminders."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
