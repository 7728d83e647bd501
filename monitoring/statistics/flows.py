"""Pure: what was sold and what came in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from monitoring.statistics.readings import Reading, Window, stretches


class Flow(NamedTuple):
    """Pieces. None where no number was known in all that time."""

    sold: int | None = None
    restocked: int | None = None


class PriceChange(NamedTuple):
    at: datetime
    before: Decimal
    after: Decimal
    currency_before: str
    currency: str


def flow(readings: Sequence[Reading], window: Window) -> Flow:
    """`sold` is the sum of all falls between two numbers that follow each other, `restocked` that of
    all rises; neither takes anything away from the other. A jump over an unknown stretch is no
    step: nobody knows how much of it was sold and how much came in."""
    deltas = [
        one.delta
        for one in readings
        if one.delta is not None and window.since <= one.at <= window.until
    ]
    if not deltas and all(one.quantity is None for one in stretches(readings, window)):
        return Flow()
    return Flow(
        sold=sum(-delta for delta in deltas if delta < 0),
        restocked=sum(delta for delta in deltas if delta > 0),
    )


def price_changes(readings: Sequence[Reading]) -> list[PriceChange]:
    """Oldest first. A first known price is no change."""
    found = []
    known: Reading | None = None
    for one in readings:
        if one.price is None:
            continue
        if (
            known is not None
            and known.price is not None
            and (known.price, known.currency) != (one.price, one.currency)
        ):
            found.append(PriceChange(one.at, known.price, one.price, known.currency, one.currency))
        known = one
    return found
