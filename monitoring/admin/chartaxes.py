"""Pure: round numbers and moments for the axes of a chart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from math import ceil
from typing import NamedTuple

from accounts.admin.display import day_text, month_text

DAY = 86_400
STEPS = (
    30, 60, 120, 300, 600, 1800, 3600, 7200, 14_400, 21_600, 43_200, DAY, 2 * DAY, 7 * DAY,
    14 * DAY, 30 * DAY, 90 * DAY, 180 * DAY, 365 * DAY,
)  # fmt: skip
MOST_TIMES = 6
THIN_SPACE = "\u202f"


class Mark(NamedTuple):
    """A label or line at a place in percent."""

    place: float
    text: str
    kind: str = ""


def number_text(number: int) -> str:
    return f"{number:,}".replace(",", THIN_SPACE)


def top_of(highest: int) -> tuple[int, int]:
    """(top, step): round steps of the axis, at most five of them up to the highest number."""
    step = 1
    while ceil(highest / step) > 5:
        step = _next_round(step)
    return ceil(highest / step) * step, step


def _next_round(step: int) -> int:
    """1, 2, 5, 10, 20, 50, ..."""
    digits = 10 ** (len(str(step)) - 1)
    following = {1: 2, 2: 5, 5: 10}
    return following[step // digits] * int(digits)


def levels(top: int, step: int) -> list[Mark]:
    return [
        Mark(round(100 - 100 * number / top, 3), number_text(number))
        for number in range(0, top + 1, step)
    ]


def _told(clock: datetime, step: int) -> str:
    """As exact as the step asks for."""
    if step >= 90 * DAY:
        return month_text(clock)
    if step >= DAY:
        return day_text(clock)
    return clock.strftime("%H:%M" if step >= 60 else "%H:%M:%S")


def times(since: datetime, now: datetime, zone: tzinfo = UTC) -> list[Mark]:
    """Up to six moments that are round on the clocks of `zone`, whatever they are set to that day."""
    span = (now - since).total_seconds()
    step = next((one for one in STEPS if span / one <= MOST_TIMES), STEPS[-1])
    # Counted on the clock: a naive time takes no part in changes of it.
    clock = since.astimezone(zone).replace(tzinfo=None)
    midnight = clock.replace(hour=0, minute=0, second=0, microsecond=0)
    clock = midnight + timedelta(seconds=ceil((clock - midnight).total_seconds() / step) * step)
    marks = []
    while (at := clock.replace(tzinfo=zone).astimezone(UTC)) <= now:
        if at >= since:
            place = round(100 * ((at - since) / (now - since)), 3)
            marks.append(Mark(place, _told(clock, step)))
        clock += timedelta(seconds=step)
    return marks
