"""Pure: a stock chart as positions in percent, drawn by a template without any script.

Time runs from `since` to `now`. Stock is a step line: a record holds until the next one. What is
not known is a gap, never a 0; after the last good read the line ends, because nobody looked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from typing import NamedTuple

from django.utils.translation import gettext, gettext_noop

from common.texts import shown
from monitoring.admin.chartaxes import Mark, levels, number_text, times, top_of
from monitoring.statistics.readings import UNREAD

MOST_POINTS = 500
NARROW = 0.3
NOTES = (gettext_noop("The shop could not be read"), gettext_noop("Read again"))
"""Of readings, whose rules know no languages: named here for the catalogues."""


class Point(NamedTuple):
    """One StockRecord as values, or several that lie so close that they are drawn as one: then `lowest`
    and `highest` are the ends of what they showed."""

    at: datetime
    quantity: int | None
    available: bool | None
    is_unlimited: bool
    note: str = ""
    lowest: int | None = None
    highest: int | None = None


class Span(NamedTuple):
    """A stretch of time in percent of the width; `kind` is known, unlimited, in, unknown or unread."""

    left: float
    width: float
    kind: str
    title: str

    @property
    def is_late(self) -> bool:
        """On the right side: what is told about it stands to its left."""
        return self.left > 55


class Box(NamedTuple):
    """Times and numbers as percent of the width and of the height, from the top."""

    since: datetime
    now: datetime
    bottom: float
    top: float

    def x(self, at: datetime) -> float:
        return round(100 * ((at - self.since) / (self.now - self.since)), 3)

    def y(self, number: float) -> float:
        inside = min(max(number, self.bottom), self.top) - self.bottom
        return round(100 - 100 * inside / (self.top - self.bottom), 3)


class _Step(NamedTuple):
    start: datetime
    end: datetime
    kind: str
    point: Point


@dataclass(frozen=True, slots=True)
class Chart:
    """`line`, `area` and `band` are SVG paths in a box of 100 x 100, y downwards. `band` reaches from
    the lowest to the highest number where one step stands for several."""

    line: str = ""
    area: str = ""
    band: str = ""
    spans: list[Span] = field(default_factory=list)
    levels: list[Mark] = field(default_factory=list)
    times: list[Mark] = field(default_factory=list)
    limits: list[Mark] = field(default_factory=list)
    is_empty: bool = True

    @property
    def kinds(self) -> set[str]:
        """What the key has to explain: all that is wide enough to be seen."""
        return {span.kind for span in self.spans if span.width > NARROW}


def thinned(
    points: Sequence[Point], *, since: datetime, now: datetime, most: int = MOST_POINTS
) -> list[Point]:
    """Numbers that fall into the same of `most` columns become one point, which ends with its column.
    What is unknown stays."""
    if len(points) <= most or now <= since:
        return list(points)
    width = (now - since) / most
    found: list[Point] = []
    last = -1
    for point in points:
        column = (point.at - since) // width
        before = found[-1] if found else None
        if before is not None and column == last and None not in (before.quantity, point.quantity):
            found[-1] = _joined(before, point)
            continue
        end = since + width * (last + 1)
        if before is not None and before.lowest is not None and point.at > end:
            found.append(before._replace(at=end, lowest=None, highest=None))
        found.append(point)
        last = column
    return found


def _joined(before: Point, after: Point) -> Point:
    numbers = [
        number
        for one in (before, after)
        for number in (one.quantity, one.lowest, one.highest)
        if number is not None
    ]
    return after._replace(at=before.at, note="", lowest=min(numbers), highest=max(numbers))


def stock_chart(
    points: Sequence[Point],
    *,
    since: datetime,
    now: datetime,
    read_until: datetime | None,
    low: int | None = None,
    high: int | None = None,
    zone: tzinfo = UTC,
) -> Chart:
    """`points` oldest first; the one before `since`, if any, gives the level at the left edge. Times
    are in UTC, they are told in `zone`."""
    steps = _steps(points, since, now, read_until)
    if all(step.kind in ("unknown", "unread") for step in steps):
        return Chart(times=times(since, now, zone))
    numbers = [
        number
        for step in steps
        if step.kind == "known"
        for number in (step.point.quantity, step.point.highest)
        if number
    ]
    top, round_step = top_of(max([*numbers, (low or 0), (high or 0) if numbers else 0, 1]))
    box = Box(since, now, 0, top)
    spans = [
        Span(left := box.x(one.start), round(box.x(one.end) - left, 3), one.kind, _title(one, zone))
        for one in steps
    ]
    if read_until is not None and read_until < now:
        left = box.x(max(read_until, since))
        spans.append(Span(left, round(100 - left, 3), "unread", gettext("Not read since")))
    limits = [
        Mark(box.y(number), text % {"number": number}, kind)
        for kind, text, number in (
            ("low", gettext("low %(number)d"), low),
            ("high", gettext("high %(number)d"), high),
        )
        if number is not None and number <= top
    ]
    return Chart(
        *_paths(steps, box),
        spans=spans,
        levels=levels(top, round_step) if any(one.kind == "known" for one in steps) else [],
        times=times(since, now, zone),
        limits=limits,
        is_empty=False,
    )


def _paths(steps: Sequence[_Step], box: Box) -> tuple[str, str, str]:
    """(line, area, band); the line is broken where no number holds."""
    line, area, band = "", "", ""
    joined = False
    for start, end, kind, point in steps:
        if kind != "known":
            joined = False
            continue
        left, right = box.x(start), box.x(end)
        level = box.y(point.quantity or 0)
        line += f"{'L' if joined else 'M'}{left} {level}H{right}"
        area += f"M{left} 100V{level}H{right}V100Z"
        if point.lowest is not None and point.highest is not None:
            ground = box.y(point.lowest)
            band += f"M{left} {ground}V{box.y(point.highest)}H{right}V{ground}Z"
        joined = True
    return line, area, band


def _steps(
    points: Sequence[Point], since: datetime, now: datetime, read_until: datetime | None
) -> list[_Step]:
    """Every stretch inside the window."""
    end_of_all = min(now, read_until) if read_until is not None else now
    found = []
    for index, point in enumerate(points):
        start = max(point.at, since)
        end = points[index + 1].at if index + 1 < len(points) else max(end_of_all, point.at)
        end = min(end, now)
        if end > start or (end == start and index + 1 == len(points)):
            found.append(_Step(start, max(end, start), _kind(point), point))
    return found


def _kind(point: Point) -> str:
    if point.available is None:
        return "unread" if point.note == UNREAD else "unknown"
    if point.quantity is not None or not point.available:
        return "known"
    return "unlimited" if point.is_unlimited else "in"


def _title(step: _Step, zone: tzinfo) -> str:
    point = step.point
    what = stock_told(point)
    if point.lowest is not None and point.lowest != point.highest:
        what = gettext("%(lowest)d to %(highest)d, then %(last)s") % {
            "lowest": point.lowest,
            "highest": point.highest,
            "last": point.quantity,
        }
    at = step.start.astimezone(zone)
    parts = [f"{at:%Y-%m-%d %H:%M}", what, shown(point.note) if point.note != UNREAD else ""]
    return " · ".join(filter(None, parts))


def stock_told(point: Point) -> str:
    """The stock of a point in words."""
    kind = _kind(point)
    words = {
        "unknown": gettext("Unknown"),
        "unread": shown(UNREAD),
        "unlimited": gettext("Unlimited"),
        "in": gettext("In stock, number not shown"),
    }
    if kind in words:
        return words[kind]
    if not point.available:
        return gettext("Sold out")
    return gettext("%(number)s in stock") % {"number": number_text(point.quantity or 0)}
