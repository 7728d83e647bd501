"""The past of one Monitor, read in bounded portions however often it changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Literal
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Min, Q, Sum
from django.db.models.functions import Trunc
from django.utils import timezone

from monitoring.choices import ChangeType, EventType
from monitoring.models import Monitor, MonitorHistory, StockRecord
from monitoring.rollups import Day, joined
from monitoring.selectors import last_checked_at
from monitoring.statistics.flows import Flow
from monitoring.statistics.readings import Reading, Window
from monitoring.statistics.report import DAY, MONTH, SEASON, WEEK, Statistics, statistics_of

MOST_READINGS = 4000
MOST_OUTAGES = 200
MOST_DAYS = 4000
READ_COLUMNS = (
    "created_at", "quantity", "available", "delta", "price", "currency", "stock_control_enabled",
    "change_type",
)  # fmt: skip
FALLS, RISES = Q(delta__lt=0), Q(delta__gt=0)
CHANGE_WORDS = dict(ChangeType.choices)


@dataclass(frozen=True, slots=True)
class Past:
    """What was read since `since`, oldest first, with the reading before it. `is_cut`: there was more
    than is loaded, `since` is then when the loaded part begins."""

    since: datetime
    now: datetime
    read_until: datetime | None
    readings: list[Reading]
    unread: list[Window]
    is_cut: bool


def past_load(monitor: Monitor, *, since: datetime, now: datetime) -> Past:
    """Three statements, at most MOST_READINGS records."""
    newest = monitor.records.order_by("-created_at", "-id").values_list(*READ_COLUMNS)
    rows = list(newest.filter(created_at__gte=since, created_at__lte=now)[: MOST_READINGS + 1])
    is_cut = len(rows) > MOST_READINGS
    if is_cut:
        since = rows[-2][0]
    before = newest.filter(created_at__lt=since)[:1]
    readings = [_reading(*row) for row in reversed([*rows[:MOST_READINGS], *before])]
    read_until = last_checked_at(monitor)
    if readings:  # a pushed number is its own proof that somebody looked
        read_until = max(read_until or readings[-1].at, readings[-1].at)
    return Past(since, now, read_until, readings, outages(monitor, since, now), is_cut)


def monitor_statistics(
    monitor: Monitor, *, zone: ZoneInfo, now: datetime | None = None
) -> Statistics:
    """The last 90 days of a Monitor, or since its first reading: what it watched before that was
    something else. Three statements, one more where it changed so often that not all is loaded."""
    now = now or timezone.now()
    since = max(now - SEASON, monitor.first_read_at or now)
    past = past_load(monitor, since=since, now=now)
    found = statistics_of(
        [one for one in past.readings if one.at >= (monitor.first_read_at or now)],
        since=past.since,
        now=now,
        read_until=past.read_until,
        unread=past.unread,
        zone=zone,
    )
    return _with_flows(found, monitor, now) if past.is_cut else found


def outages(monitor: Monitor, since: datetime, now: datetime) -> list[Window]:
    """When its shop was unreachable, oldest first, by what was told of it; one statement. One that
    lasts is not among them: the last good read tells where it begins."""
    kinds = (EventType.WEBSITE_UNREACHABLE, EventType.WEBSITE_RECOVERED)
    rows = (
        MonitorHistory.objects.filter(
            website_id=monitor.website_id,
            event_type__in=kinds,
            created_at__gte=since,
            created_at__lte=now,
        )
        .order_by("-created_at", "-id")
        .values_list("created_at", "event_type")[:MOST_OUTAGES]
    )
    found = []
    began = since if len(rows) < MOST_OUTAGES else None
    for at, kind in reversed(rows):
        if kind == EventType.WEBSITE_RECOVERED and began is not None:
            found.append(Window(began, at))
        began = at if kind == EventType.WEBSITE_UNREACHABLE else None
    return found


def flow_sums(monitor: Monitor, *, since: datetime, now: datetime) -> dict[str, Flow]:
    """Flows by the names they have in Statistics, summed up by the database; one statement."""
    spans = {"day": DAY, "week": WEEK, "month": MONTH}
    sums: dict[str, Any] = {}
    for name, length in spans.items():
        inside = Q(created_at__gte=max(since, now - length))
        sums[f"{name}_sold"] = Sum("delta", filter=inside & FALLS, default=0)
        sums[f"{name}_restocked"] = Sum("delta", filter=inside & RISES, default=0)
    rows = monitor.records.filter(created_at__gte=max(since, now - MONTH), created_at__lte=now)
    found = rows.aggregate(**sums)
    return {name: Flow(-found[f"{name}_sold"], found[f"{name}_restocked"]) for name in spans}


def sums_load(
    monitor: Monitor, *, since: datetime, until: datetime, kind: Literal["hour", "day"]
) -> dict[datetime, Day]:
    """Beginning of the hour or day (UTC) -> sum of its records, oldest first; two statements.

    The rows are as many as hours or days in which something changed."""
    parts = (
        monitor.records.filter(created_at__gte=since, created_at__lt=until)
        .annotate(part=Trunc("created_at", kind, tzinfo=UTC))
        .values("part")
        .annotate(
            first=Min("id", filter=Q(quantity__isnull=False)),
            last=Max("id"),
            priced=Max("id", filter=Q(price__isnull=False)),
            lowest=Min("quantity"),
            highest=Max("quantity"),
            sold=Sum("delta", filter=FALLS, default=0),
            restocked=Sum("delta", filter=RISES, default=0),
            records=Count("id"),
            gaps=Count("id", filter=Q(available=None)),
        )
        .order_by("part")
    )
    rows = list(parts)
    ids = {row[end] for row in rows for end in ("first", "last", "priced")}
    columns = ("pk", "quantity", "available", "price", "currency")
    ends = {pk: ends for pk, *ends in StockRecord.objects.filter(pk__in=ids).values_list(*columns)}
    nothing = (None, None, None, "")
    found = {}
    for row in rows:
        first, last, priced = (ends.get(row[end], nothing) for end in ("first", "last", "priced"))
        found[row["part"]] = Day(
            first_quantity=first[0],
            last_quantity=last[0],
            lowest=row["lowest"],
            highest=row["highest"],
            last_available=last[1],
            sold=-row["sold"],
            restocked=row["restocked"],
            records=row["records"],
            gaps=row["gaps"],
            last_price=priced[2],
            currency=priced[3],
        )
    return found


def days_kept(monitor: Monitor, *, since: date, until: date) -> dict[date, Day]:
    """The sums that old records left behind, oldest first; one statement."""
    rows = monitor.days.filter(day__gte=since, day__lte=until).order_by("-day")[:MOST_DAYS]
    return {row.day: Day(*(getattr(row, name) for name in Day._fields)) for row in reversed(rows)}


def monitor_days(monitor: Monitor, *, since: date, until: date) -> dict[date, Day]:
    """Day (UTC) -> its sum, oldest first, of old days and of those whose records are kept; both
    included; three statements. Days in which nothing was recorded are left out."""
    kept = days_kept(monitor, since=since, until=until)
    live = sums_load(monitor, since=_midnight(since), until=_midnight(until) + DAY, kind="day")
    for at, one in live.items():
        kept[at.date()] = joined(kept.get(at.date(), Day()), one)
    return dict(sorted(kept.items()))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _with_flows(found: Statistics, monitor: Monitor, now: datetime) -> Statistics:
    """Where not all readings are loaded the database sums up what was sold."""
    if found.week.sold is None:
        return found
    sums = flow_sums(monitor, since=monitor.first_read_at or now, now=now)
    return replace(found, day=sums["day"], week=sums["week"], month=sums["month"])


def _reading(
    at: datetime,
    quantity: int | None,
    available: bool | None,
    delta: int | None,
    price: Decimal | None,
    currency: str,
    stock_control: bool | None,
    change_type: str,
) -> Reading:
    is_unlimited = bool(available) and stock_control is False
    note = str(CHANGE_WORDS.get(change_type, ""))
    return Reading(at, quantity, available, delta, price, currency, is_unlimited, note)
