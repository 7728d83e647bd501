"""Pure: what stands below the line of a stock chart: its events, its price, and all of it as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext

from accounts.admin.display import day_text
from monitoring.admin.chart import Box
from monitoring.admin.chartaxes import Mark
from monitoring.choices import EventType
from monitoring.statistics.readings import Reading

NEAR = 4.0
"""Events that lie closer than so many percent of the width share a mark."""
MOST_TOLD = 6

SIGNS: dict[str, str] = {
    EventType.SOLD_OUT: "✕",
    EventType.RESTOCKED: "▲",
    EventType.THRESHOLD_BREACH_LOW: "!",
    EventType.THRESHOLD_BREACH_HIGH: "!",
    EventType.PRICE_CHANGED: "¤",
    EventType.STOCK_INCREASED: "△",
    EventType.STOCK_DECREASED: "▽",
}
"""What tells the kinds apart without colour; the first one of a shared mark in this order is shown."""
OTHER_SIGN = "•"


class Happened(NamedTuple):
    at: datetime
    event_type: str
    tone: str
    text: str
    url: str


@dataclass(slots=True)
class EventMark:
    """One sign on the time line. `told` are its events in words, oldest first."""

    place: float
    sign: str = OTHER_SIGN
    tone: str = "idle"
    url: str = ""
    told: list[str] = field(default_factory=list)
    count: int = 0
    rank: int = len(SIGNS)

    @property
    def is_late(self) -> bool:
        return self.place > 55

    @property
    def rest(self) -> int:
        return self.count - len(self.told)

    @property
    def label(self) -> str:
        more = [gettext("%(number)d more") % {"number": self.rest}] if self.rest else []
        return "; ".join([*self.told, *more])


class PriceChart(NamedTuple):
    """`line` is an SVG path in a box of 100 x 100. `now` is the last known price in words."""

    line: str
    levels: list[Mark]
    now: str


def event_marks(
    events: Sequence[Happened], *, since: datetime, now: datetime, many_url: str, zone: tzinfo = UTC
) -> list[EventMark]:
    """`events` oldest first. A mark of several events leads to `many_url`."""
    box = Box(since, now, 0, 1)
    order = {kind: rank for rank, kind in enumerate(SIGNS)}
    found: list[EventMark] = []
    for event in events:
        place = box.x(event.at)
        if not found or place - found[-1].place > NEAR:
            found.append(EventMark(place, url=event.url))
        mark = found[-1]
        mark.count += 1
        if mark.count > 1:
            mark.url = many_url
        if len(mark.told) < MOST_TOLD:
            at = event.at.astimezone(zone)
            mark.told.append(f"{day_text(at)} {at:%H:%M} · {event.text}")
        rank = order.get(event.event_type, len(SIGNS))
        if rank < mark.rank or mark.count == 1:
            mark.sign = SIGNS.get(event.event_type, OTHER_SIGN)
            mark.rank, mark.tone = rank, event.tone
    return found


def price_chart(
    readings: Sequence[Reading], *, since: datetime, until: datetime, now: datetime
) -> PriceChart | None:
    """Prices in the last known currency, oldest first, up to `until`. None when none is known."""
    steps: list[Reading] = []
    for one in readings:
        is_new = not steps or (steps[-1].price, steps[-1].currency) != (one.price, one.currency)
        if one.price is not None and one.at <= until and is_new:
            steps.append(one)
    if not steps or until <= since:
        return None
    currency = steps[-1].currency
    prices = [one.price for one in steps if one.price is not None and one.currency == currency]
    low, high = min(prices), max(prices)
    margin = (high - low) / 6 or Decimal(1)
    box = Box(since, now, float(low - margin), float(high + margin))
    line = ""
    for index, one in enumerate(steps):
        end = steps[index + 1].at if index + 1 < len(steps) else until
        start = max(one.at, since)
        if one.price is None or one.currency != currency or end <= start:
            continue
        level = box.y(float(one.price))
        line += f"{'L' if line else 'M'}{box.x(start)} {level}H{box.x(end)}"
    levels = [Mark(box.y(float(price)), str(price)) for price in sorted({low, high})]
    return PriceChart(line, levels, f"{prices[-1]} {currency}".strip())
