"""Pure: a stock chart as positions in percent, drawn by a template without any script.

Time runs from `since` to `now`. Stock is a step line: a record holds until the next one. What is
not known is a gap, never a 0; after the last good read the line ends, because nobody looked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil
from typing import NamedTuple


class Point(NamedTuple):
    """One StockRecord as values."""

    at: datetime
    quantity: int | None
    available: bool | None
    is_unlimited: bool
    note: str = ""


class Span(NamedTuple):
    """A stretch of time in percent of the width; `kind` is known, unlimited, in, unknown or unread."""

    left: float
    width: float
    kind: str
    title: str


class Mark(NamedTuple):
    """A label or line at a place in percent."""

    place: float
    text: str
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """`line` and `area` are SVG paths in a box of 100 x 100, y downwards."""

    line: str = ""
    area: str = ""
    spans: list[Span] = field(default_factory=list)
    levels: list[Mark] = field(default_factory=list)
    times: list[Mark] = field(default_factory=list)
    limits: list[Mark] = field(default_factory=list)
    is_empty: bool = True


def stock_chart(
    points: Sequence[Point],
    *,
    since: datetime,
    now: datetime,
    read_until: datetime | None,
    low: int | None = None,
    high: int | None = None,
) -> Chart:
    """`points` oldest first; the one before `since`, if any, gives the level at the left edge."""
    steps = _steps(points, since, now, read_until)
    if not any(kind != "unknown" for _, _, kind, _ in steps):
        return Chart(times=_times(since, now))
    numbers = [point.quantity for _, _, kind, point in steps if kind == "known" and point.quantity]
    top, step = _top(max([*numbers, (low or 0), (high or 0) if numbers else 0, 1]))

    def x(at: datetime) -> float:
        return round(100 * (at - since) / (now - since), 3)

    def y(number: int) -> float:
        return round(100 - 100 * min(max(number, 0), top) / top, 3)

    line, area, spans = "", "", []
    joined = False
    for start, end, kind, point in steps:
        left, right = x(start), x(end)
        spans.append(Span(left, round(right - left, 3), kind, _title(point, start, kind)))
        if kind != "known":
            joined = False
            continue
        level = y(point.quantity or 0)
        line += f"{'L' if joined else 'M'}{left} {level}H{right}"
        area += f"M{left} 100V{level}H{right}V100Z"
        joined = True
    if read_until is not None and read_until < now:
        spans.append(
            Span(
                x(max(read_until, since)),
                round(100 - x(max(read_until, since)), 3),
                "unread",
                "Not read since",
            )
        )
    limits = [
        Mark(y(number), f"{word} {number}", word)
        for word, number in (("low", low), ("high", high))
        if number is not None and number <= top
    ]
    return Chart(line, area, spans, _levels(top, step), _times(since, now), limits, is_empty=False)


def _steps(
    points: Sequence[Point], since: datetime, now: datetime, read_until: datetime | None
) -> list[tuple[datetime, datetime, str, Point]]:
    """(start, end, kind, point) of every stretch inside the window."""
    end_of_all = min(now, read_until) if read_until is not None else now
    found = []
    for index, point in enumerate(points):
        start = max(point.at, since)
        end = points[index + 1].at if index + 1 < len(points) else max(end_of_all, point.at)
        end = min(end, now)
        if end > start or (end == start and index + 1 == len(points)):
            found.append((start, max(end, start), _kind(point), point))
    return found


def _kind(point: Point) -> str:
    if point.available is None:
        return "unknown"
    if point.quantity is not None or not point.available:
        return "known"
    return "unlimited" if point.is_unlimited else "in"


def _title(point: Point, start: datetime, kind: str) -> str:
    what = {
        "unknown": "Unknown",
        "unlimited": "Unlimited",
        "in": "In stock, number not shown",
    }.get(kind, "Sold out" if not point.available else f"{point.quantity} in stock")
    return f"{start:%Y-%m-%d %H:%M} · {what}{' · ' + point.note if point.note else ''}"


def _top(highest: int) -> tuple[int, int]:
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


def _levels(top: int, step: int) -> list[Mark]:
    return [
        Mark(round(100 - 100 * number / top, 3), f"{number:,}".replace(",", "\u202f"))
        for number in range(0, top + 1, step)
    ]


def _times(since: datetime, now: datetime) -> list[Mark]:
    """Up to six round moments of the axis."""
    span = (now - since).total_seconds()
    choices = (
        30,
        60,
        120,
        300,
        600,
        1800,
        3600,
        7200,
        14_400,
        21_600,
        43_200,
        86_400,
        172_800,
        604_800,
        1_209_600,
    )
    step = next((one for one in choices if span / one <= 6), choices[-1])
    form = "%d %b" if step >= 86_400 else "%H:%M" if step >= 60 else "%H:%M:%S"
    midnight = since.replace(hour=0, minute=0, second=0, microsecond=0)
    first = ceil((since - midnight).total_seconds() / step) * step
    marks = []
    at = midnight + timedelta(seconds=first)
    while at <= now:
        marks.append(Mark(round(100 * (at - since) / (now - since), 3), at.strftime(form)))
        at += timedelta(seconds=step)
    return marks
