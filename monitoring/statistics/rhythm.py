"""Pure: how fast stock sells out, and when it comes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from monitoring.statistics.readings import Reading

Pattern = list[list[int]]
"""Seven days from Monday on, each with 24 counts."""


def sell_outs(readings: Sequence[Reading]) -> list[timedelta]:
    """How long it took from a restock to the next sell-out, oldest first.

    Both ends must have been seen: what was in stock at the first reading, is in stock still, or was
    unknown for a while in between is left out.
    """
    found = []
    began: datetime | None = None
    for before, after in pairwise(readings):
        if before.available is False and after.available is True:
            began = after.at
        elif after.available is None:
            began = None
        elif after.available is False and began is not None:
            found.append(after.at - began)
            began = None
    return found


def arrivals(readings: Sequence[Reading]) -> Iterator[datetime]:
    """When something came in: it was sold out and is available, or the number rose."""
    was_out = False
    for one in readings:
        if (one.delta or 0) > 0 or (was_out and one.available):
            yield one.at
        was_out = one.available is False


def restock_pattern(readings: Sequence[Reading], zone: ZoneInfo) -> Pattern:
    """Counts of arrivals by weekday and hour on the clocks of `zone`, whatever they were set to that
    day: 14:00 stays 14:00 in summer and in winter."""
    counts = [[0] * 24 for _ in range(7)]
    for at in arrivals(readings):
        local = at.astimezone(zone)
        counts[local.weekday()][local.hour] += 1
    return counts
