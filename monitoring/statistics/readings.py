"""Pure: the stock of one Monitor as steps in time.

A reading holds until the next one. Nothing is known before the first reading, after the last good
look at the shop, and while the shop could not be read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

NOTHING = timedelta(0)
UNREAD = "The shop could not be read"
READ_AGAIN = "Read again"


class Reading(NamedTuple):
    """A StockRecord as values. Times are in UTC: in a zone of people, lengths of time would be wrong
    where clocks change.

    `available` is None where nothing is known. `delta` is None unless the number was known on both
    sides of the step.
    """

    at: datetime
    quantity: int | None = None
    available: bool | None = None
    delta: int | None = None
    price: Decimal | None = None
    currency: str = ""
    is_unlimited: bool = False
    note: str = ""


class Window(NamedTuple):
    """A stretch of time: from `since` up to, but without, `until`."""

    since: datetime
    until: datetime


class Stretch(NamedTuple):
    """What was known to hold from `start` to `end`. `quantity` is None where no number was shown."""

    start: datetime
    end: datetime
    quantity: int | None
    available: bool

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def with_gaps(readings: Sequence[Reading], unread: Sequence[Window]) -> list[Reading]:
    """The readings with unknown ones where the shop could not be read; both come oldest first.

    After such a gap the last reading holds again. One that came with the end of the gap says what
    holds then, but not since when: its step is taken away.
    """
    found: list[Reading] = []
    rest = list(reversed(readings))
    for gap in unread:
        while rest and rest[-1].at < gap.since:
            found.append(rest.pop())
        held = found[-1] if found else None
        found.append(Reading(gap.since, note=UNREAD))
        while rest and rest[-1].at <= gap.until:
            held = rest.pop()
        if held is not None:
            found.append(held._replace(at=gap.until, delta=None, note=READ_AGAIN))
    return found + rest[::-1]


def stretches(readings: Sequence[Reading], window: Window) -> Iterator[Stretch]:
    """What is known inside the window, oldest first; unknown stretches are left out."""
    for index, reading in enumerate(readings):
        start = max(reading.at, window.since)
        following = readings[index + 1].at if index + 1 < len(readings) else window.until
        end = min(following, window.until)
        if reading.available is not None and end > start:
            yield Stretch(start, end, reading.quantity, reading.available)


def in_stock_share(readings: Sequence[Reading], window: Window) -> float | None:
    """0 to 1, of the known time; None when nothing is known."""
    known = list(stretches(readings, window))
    total = sum((one.length for one in known), NOTHING)
    return sum((one.length for one in known if one.available), NOTHING) / total if total else None


def known_share(readings: Sequence[Reading], window: Window) -> float | None:
    """0 to 1, of the time in the window; None when it has no length."""
    total = window.until - window.since
    if total <= NOTHING:
        return None
    return sum((one.length for one in stretches(readings, window)), NOTHING) / total
