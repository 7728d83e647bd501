"""Random histories, and a slow replay of them that is asked hour by hour.

The replay shares no code with what it judges: it keeps one entry for every hour and answers each
question by looking at all of them.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from hypothesis import strategies as st

from monitoring.statistics.readings import Reading, Window

BEGIN = datetime(2026, 3, 26, tzinfo=UTC)
"""Three days before clocks change in Europe."""

HOUR = timedelta(hours=1)


class Seen(NamedTuple):
    """What a reading showed; without a number it may be in stock, sold out or unknown."""

    number: int | None
    available: bool | None
    price: int | None = None


class History(NamedTuple):
    """`seen`: hour -> what the reading of that hour showed. `blind`: hours [from, to) in which the shop
    was unreachable. `looked`: hour of the last good look, `now` is later or the same."""

    seen: dict[int, Seen]
    blind: list[tuple[int, int]]
    looked: int
    now: int


def at(hour: int) -> datetime:
    return BEGIN + hour * HOUR


def readings_of(history: History) -> list[Reading]:
    found = []
    last: int | None = None
    for hour, one in sorted(history.seen.items()):
        delta = None if one.number is None or last is None else one.number - last
        price = None if one.price is None else Decimal(one.price)
        found.append(Reading(at(hour), one.number, one.available, delta, price))
        last = one.number
    return found


def unread_of(history: History) -> list[Window]:
    return [Window(at(start), at(end)) for start, end in history.blind]


NUMBERS = st.integers(0, 9).map(lambda number: Seen(number, number > 0))
OTHERS = st.sampled_from([Seen(None, None), Seen(None, True), Seen(None, False)])


@st.composite
def histories(draw) -> History:
    least = draw(st.sampled_from([0, 8, 25]))
    step = st.tuples(st.integers(1, 60), NUMBERS | NUMBERS | NUMBERS | OTHERS)
    steps = draw(st.lists(step, min_size=least, max_size=40))
    seen, hour = {}, draw(st.integers(0, 5))
    for gap, one in steps:
        price = draw(st.none() | st.integers(1, 3))
        seen[hour] = one._replace(price=price)
        hour += gap
    looked = max(seen, default=0) + draw(st.integers(0, 40))
    blind, end = [], 0
    for gap, length in draw(
        st.lists(st.tuples(st.integers(1, 300), st.integers(1, 40)), max_size=4)
    ):
        start, end = end + gap, end + gap + length
        if end <= looked:
            blind.append((start, end))
    for start, end in blind:
        seen = {hour: one for hour, one in seen.items() if not start <= hour < end}
    return History(seen, blind, looked, looked + draw(st.integers(0, 30)))


class Replay:
    """`held[h]` is what the last reading up to hour h showed, `shown[h]` the same where somebody
    looked at the shop, else None."""

    def __init__(self, history: History):
        self.history = history
        dark = {hour for start, end in history.blind for hour in range(start, end)}
        self.held, self.shown = [], []
        last = None
        for hour in range(history.looked + 1):
            last = history.seen.get(hour, last)
            self.held.append(last)
            self.shown.append(None if hour in dark else last)

    def before(self, rows, hour):
        return rows[hour - 1] if hour else None

    def step(self, hour):
        """How much the number changed at that hour; None when it was unknown on a side."""
        before, after = self.before(self.held, hour), self.history.seen.get(hour)
        if before is None or after is None or None in (before.number, after.number):
            return None
        return after.number - before.number

    def hours(self, since):
        """From `since` to the last look; the last one has no length, but may hold a reading."""
        return range(max(since, 0), self.history.looked + 1)

    def slots(self, since):
        return range(max(since, 0), self.history.looked)

    def flow(self, since):
        steps = [step for hour in self.hours(since) if (step := self.step(hour)) is not None]
        held = [self.held[hour] for hour in self.slots(since)]
        if not steps and all(one is None or one.number is None for one in held):
            return (None, None)
        sold = restocked = 0
        for step in steps:
            if step > 0:
                restocked += step
            else:
                sold -= step
        return sold, restocked

    def shares(self, since):
        """(in stock of what is known, known of all)."""
        slots = [self.shown[hour] for hour in self.slots(since)]
        known = [one for one in slots if one is not None and one.available is not None]
        inside = [one for one in known if one.available]
        return (
            len(inside) / len(known) if known else None,
            len(known) / len(slots) if slots else None,
        )

    def sell_outs(self, since):
        """Hours from each restock to its sell-out."""
        found, began = [], None
        for hour in self.hours(since):
            now = self.shown[hour].available if self.shown[hour] else None
            last = self.before(self.shown, hour)
            if now is None:
                began = None
            elif now and last is not None and last.available is False:
                began = hour
            elif not now and began is not None:
                found.append(hour - began)
                began = None
        return found

    def arrivals(self, since):
        """Hours in which something came in, and somebody had looked in the hour before."""
        for hour in self.hours(since):
            last, now = self.before(self.shown, hour), self.shown[hour]
            if last is None or now is None or hour not in self.history.seen:
                continue
            if (self.step(hour) or 0) > 0 or (last.available is False and now.available):
                yield hour

    def sales(self, since):
        """Of every day counted back from the last look: (pieces sold, hours in which one could be)."""
        days, end = [], self.history.looked
        while end > max(since, 0):
            start = max(end - 24, since, 0)
            sold = [-(self.step(hour) or 0) for hour in range(start + 1, end + 1)]
            slots = [self.held[hour] for hour in range(start, end)]
            is_open = [one for one in slots if one and one.available and one.number is not None]
            days.append(([piece for piece in sold if piece > 0], len(is_open)))
            end = start
        return days
