"""The chart on the page of a Monitor: loads its past in bounded portions and has it drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal, NamedTuple

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext

from accounts.admin.display import list_url, page_url
from common.texts import shown
from monitoring.admin.badges import EVENT_TONES
from monitoring.admin.chart import Chart, Point, stock_chart, stock_told, thinned
from monitoring.admin.chartmarks import (
    EventMark,
    Happened,
    PriceChart,
    event_marks,
    price_chart,
)
from monitoring.choices import EventType
from monitoring.eventwords import event_text
from monitoring.models import Monitor, MonitorHistory
from monitoring.past import days_kept, past_load, sums_load
from monitoring.rollups import Day
from monitoring.statistics.readings import Reading, with_gaps

CHART_DAYS = (1, 7, 30, 90)
SHORTEST = timedelta(minutes=2)
MOST_EVENTS = 500
EVERYDAY = (EventType.STOCK_DECREASED, EventType.STOCK_INCREASED)
"""Left out where there are too many events: the line shows them anyway."""
MOST_ROWS = 30
HOURLY_UP_TO = timedelta(days=31)
"""Where a window holds more records than are loaded, hours of it are drawn, or days."""


class Row(NamedTuple):
    """A step of the chart as a line of its table."""

    at: datetime
    stock: str
    price: str
    note: str


@dataclass(frozen=True, slots=True)
class MonitorChart:
    """Everything below the heading. `steps` is record, hour or day: what the line is made of (older parts
    of it, where records are kept no longer)."""

    stock: Chart
    price: PriceChart | None
    events: list[EventMark]
    rows: list[Row]
    steps: str


def days_asked(request: HttpRequest, monitor: Monitor) -> int:
    """The days asked for; else a week, or 0 (since the first reading) for a younger monitor."""
    asked = request.GET.get("days", "")
    if asked.isdecimal() and int(asked) in (0, *CHART_DAYS):
        return int(asked)
    first = monitor.first_read_at
    return 0 if first and timezone.now() - first < timedelta(days=7) else 7


def chart_choices() -> list[tuple[int, str]]:
    names = {1: gettext("%(number)d h") % {"number": 24}, 0: gettext("all")}
    text = gettext("%(number)d d")
    return [(days, names.get(days, text % {"number": days})) for days in (*CHART_DAYS, 0)]


def monitor_chart(monitor: Monitor, days: int, zone: tzinfo = UTC) -> MonitorChart:
    """The chart of the last days (0: all there is). Five statements; one more for all there is, two
    more where it changed so often that only sums can be drawn, one more where events are left out."""
    now = timezone.now()
    since = now - timedelta(days=days) if days else _beginning(monitor, now)
    past = past_load(monitor, since=since, now=now)
    kept = days_kept(monitor, since=since.date(), until=now.date())
    readings = with_gaps(past.readings, past.unread)
    points = [_point(one) for one in readings]
    steps: Literal["record", "hour", "day"] = "day" if kept else "record"
    if past.is_cut:
        steps = "hour" if now - since <= HOURLY_UP_TO else "day"
        sums = sums_load(monitor, since=since, until=now, kind=steps)
        points = [_sum_point(at, one) for at, one in sums.items()]
    if kept:
        first = points[0].at if points else now
        old = [_sum_point(datetime.combine(day, time(), UTC), one) for day, one in kept.items()]
        points = [one for one in old if one.at < first] + points
    read_until = min(past.read_until or now, now)
    return MonitorChart(
        stock=stock_chart(
            thinned(points, since=since, now=now),
            since=since,
            now=now,
            read_until=past.read_until,
            low=monitor.threshold_low,
            high=monitor.threshold_high,
            zone=zone,
        ),
        price=price_chart(past.readings, since=since, until=read_until, now=now),
        events=_events(monitor, since, now, zone),
        rows=_rows(readings, since) if past.readings else [],
        steps=steps,
    )


def _beginning(monitor: Monitor, now: datetime) -> datetime:
    """When the first thing is known of it."""
    first = monitor.first_read_at or now
    kept = monitor.days.order_by("day").values_list("day", flat=True).first()
    if kept is not None:
        first = min(first, datetime.combine(kept, time(), UTC))
    return min(first, now - SHORTEST)


def _point(one: Reading) -> Point:
    return Point(one.at, one.quantity, one.available, one.is_unlimited, one.note)


def _sum_point(at: datetime, one: Day) -> Point:
    flows = []
    if one.sold:
        flows.append(gettext("%(number)d sold") % {"number": one.sold})
    if one.restocked:
        flows.append(gettext("%(number)d came in") % {"number": one.restocked})
    is_unlimited = bool(one.last_available) and one.last_quantity is None
    note = ", ".join(flows)
    return Point(
        at, one.last_quantity, one.last_available, is_unlimited, note, one.lowest, one.highest
    )


def _events(monitor: Monitor, since: datetime, now: datetime, zone: tzinfo) -> list[EventMark]:
    rows = monitor.history.filter(created_at__gte=since, created_at__lte=now)
    newest = list(rows.order_by("-created_at", "-id")[: MOST_EVENTS + 1])
    if len(newest) > MOST_EVENTS:
        rows = rows.exclude(event_type__in=EVERYDAY)
        newest = list(rows.order_by("-created_at", "-id")[:MOST_EVENTS])
    happened = [
        Happened(
            one.created_at,
            one.event_type,
            EVENT_TONES.get(one.event_type, "idle"),
            event_text(one.message) or shown(one.get_event_type_display()),
            page_url(one),
        )
        for one in reversed(newest)
    ]
    many = f"{list_url(MonitorHistory)}?monitor__id__exact={monitor.pk}"
    return event_marks(happened, since=since, now=now, many_url=many, zone=zone)


def _rows(readings: Sequence[Reading], since: datetime) -> list[Row]:
    """The newest steps first."""
    inside = [one for one in readings if one.at >= since] or readings
    return [
        Row(
            one.at,
            stock_told(_point(one)),
            "" if one.price is None else f"{one.price} {one.currency}".strip(),
            shown(one.note),
        )
        for one in list(reversed(inside))[:MOST_ROWS]
    ]
