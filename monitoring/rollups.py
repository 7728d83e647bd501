"""Pure: the records of a day become one sum of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

T = TypeVar("T")


class Record(NamedTuple):
    """What a sum must know of a StockRecord."""

    monitor_id: int
    at: datetime
    quantity: int | None
    available: bool | None
    delta: int | None
    price: Decimal | None
    currency: str


class Day(NamedTuple):
    """The columns of a StockDay. Numbers that were never known are None."""

    first_quantity: int | None = None
    last_quantity: int | None = None
    lowest: int | None = None
    highest: int | None = None
    last_available: bool | None = None
    sold: int = 0
    restocked: int = 0
    records: int = 0
    gaps: int = 0
    last_price: Decimal | None = None
    currency: str = ""


Key = tuple[int, date]
"""(monitor id, day in UTC)."""


def days_of(records: Iterable[Record]) -> dict[Key, Day]:
    """Sums of records that come oldest first."""
    days: dict[Key, Day] = {}
    for record in records:
        key = (record.monitor_id, record.at.astimezone(UTC).date())
        days[key] = joined(days.get(key, Day()), _alone(record))
    return days


def joined(earlier: Day, later: Day) -> Day:
    """One sum of two parts of a day."""
    return Day(
        first_quantity=_first(earlier.first_quantity, later.first_quantity),
        last_quantity=later.last_quantity if later.records else earlier.last_quantity,
        lowest=min(_known(earlier.lowest, later.lowest), default=None),
        highest=max(_known(earlier.highest, later.highest), default=None),
        last_available=later.last_available if later.records else earlier.last_available,
        sold=earlier.sold + later.sold,
        restocked=earlier.restocked + later.restocked,
        records=earlier.records + later.records,
        gaps=earlier.gaps + later.gaps,
        last_price=_first(later.last_price, earlier.last_price),
        currency=later.currency or earlier.currency,
    )


def _alone(record: Record) -> Day:
    delta = record.delta or 0
    return Day(
        first_quantity=record.quantity,
        last_quantity=record.quantity,
        lowest=record.quantity,
        highest=record.quantity,
        last_available=record.available,
        sold=max(-delta, 0),
        restocked=max(delta, 0),
        records=1,
        gaps=int(record.available is None),
        last_price=record.price,
        currency=record.currency,
    )


def _first(one: T | None, other: T | None) -> T | None:
    return one if one is not None else other


def _known(*values: int | None) -> list[int]:
    return [value for value in values if value is not None]
