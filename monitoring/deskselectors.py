"""What the pages of the desk count and draw: a fixed number of statements, however many rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    Max,
    Min,
    Value,
    When,
)

from monitoring.choices import AlertStatus, EventType, ThresholdState
from monitoring.models import Alert, Monitor, MonitorHistory
from websites.choices import Health
from websites.models import Website

HEAVY = ("credentials", "proxy", "config", "memory", "quarantine")
"""Columns of a Website that no list shows; two of them would have to be decrypted."""


@dataclass(slots=True)
class Stock:
    """How many monitors are in which state; `low` counts some of the others once more."""

    in_stock: int = 0
    out: int = 0
    unknown: int = 0
    low: int = 0
    low_in_stock: int = 0

    @property
    def watched(self) -> int:
        return self.in_stock + self.out + self.unknown

    def add(self, available: bool | None, threshold_state: str, number: int) -> None:
        if available is None:
            self.unknown += number
        elif available:
            self.in_stock += number
        else:
            self.out += number
        if threshold_state == ThresholdState.LOW:
            self.low += number
            self.low_in_stock += number if available else 0


def stock_by_website(actor: object) -> dict[int, Stock]:
    """Website id -> its monitors by state. Reads one narrow index."""
    rows = Monitor.objects.visible_to(actor).order_by()
    found: defaultdict[int, Stock] = defaultdict(Stock)
    counted = rows.values_list("website_id", "available", "threshold_state")
    for website_id, available, state, number in counted.annotate(number=Count("pk")):
        found[website_id].add(available, state, number)
    return dict(found)


def stock_sum(parts: Iterable[Stock]) -> Stock:
    total = Stock()
    for one in parts:
        total.in_stock += one.in_stock
        total.out += one.out
        total.unknown += one.unknown
        total.low += one.low
        total.low_in_stock += one.low_in_stock
    return total


@dataclass(slots=True)
class Shops:
    """Websites by the health people see. Times are of active ones."""

    by_health: dict[str, int] = field(default_factory=dict)
    last_polled_at: datetime | None = None
    oldest_success_at: datetime | None = None

    @property
    def total(self) -> int:
        return sum(self.by_health.values())


def shops(actor: object) -> Shops:
    rows = Website.objects.visible_to(actor).order_by().values("health", "is_active")
    found = Shops()
    for row in rows.annotate(
        number=Count("pk"), polled=Max("last_polled_at"), oldest=Min("last_success_at")
    ):
        health = row["health"] if row["is_active"] else Health.PAUSED
        found.by_health[health] = found.by_health.get(health, 0) + row["number"]
        if row["is_active"]:
            found.last_polled_at = _pick(max, found.last_polled_at, row["polled"])
            found.oldest_success_at = _pick(min, found.oldest_success_at, row["oldest"])
    return found


def _pick(choose: Any, *moments: datetime | None) -> datetime | None:
    known = [one for one in moments if one is not None]
    return choose(known) if known else None


def shops_worst_first(actor: object, limit: int) -> list[Website]:
    """Failing ones, then those that were not read for the longest time; paused ones last."""
    calm = (Health.OK, Health.NEVER)
    rank = Case(
        When(is_active=False, then=Value(2)),
        When(health__in=calm, then=Value(1)),
        default=Value(0),
        output_field=IntegerField(),
    )
    rows = Website.objects.visible_to(actor).defer(*HEAVY)
    return list(rows.order_by(rank, F("last_success_at").asc(nulls_first=True), "name")[:limit])


def alert_numbers(actor: object) -> dict[str, int]:
    """Unresolved alerts by status."""
    rows = Alert.objects.visible_to(actor).unresolved().order_by()
    return dict(rows.values_list("status").annotate(number=Count("pk")))


def alerts_newest(actor: object, limit: int) -> list[Alert]:
    """Open ones."""
    rows = Alert.objects.visible_to(actor).unresolved().filter(status=AlertStatus.OPEN)
    return list(
        rows.select_related("monitor", "website")
        .defer(*(f"website__{name}" for name in HEAVY))
        .order_by("-opened_at", "-id")[:limit]
    )


def events_by_hour(actor: object, starts: Sequence[datetime]) -> dict[tuple[int, str], int]:
    """(position of the hour, event type) -> number. `starts`: of the hours, oldest first; the last
    one has no end. Compared as values: a function of time per row would take far longer."""
    latest_first = range(len(starts) - 1, 0, -1)
    place = Case(
        *(When(created_at__gte=starts[number], then=Value(number)) for number in latest_first),
        default=Value(0),
        output_field=IntegerField(),
    )
    # The types are named, so that the index of types and times serves.
    rows = MonitorHistory.objects.visible_to(actor).filter(
        event_type__in=EventType.values, created_at__gte=starts[0]
    )
    placed = rows.order_by().annotate(place=place).values_list("place", "event_type")
    counted = placed.annotate(number=Count("pk"))
    return {(place, event_type): number for place, event_type, number in counted}


def events_newest(actor: object, since: datetime, limit: int) -> list[MonitorHistory]:
    rows = MonitorHistory.objects.visible_to(actor).filter(created_at__gte=since)
    heavy = [f"website__{name}" for name in HEAVY]
    rows = rows.select_related("monitor", "website").defer("metadata", *heavy)
    return list(rows.order_by("-created_at", "-id")[:limit])
