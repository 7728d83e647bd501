"""Pure: how the catalogue of a shop changed between two complete, believed readings."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from websites.sources.base import StockReading

ABSENCES_UNTIL_MISSING = 2


class CatalogueState(NamedTuple):
    """A CatalogueProduct as values."""

    id: int
    product_id: str
    slug: str
    group_id: str
    group_name: str
    name: str
    url: str
    price: Decimal | None
    currency: str
    absent_count: int
    is_missing: bool


class CatalogueChange(NamedTuple):
    """What to write. `absent` were missed once and wait for a second look; `gone` were missed twice."""

    new: list[StockReading]
    rewritten: list[tuple[CatalogueState, StockReading]]
    absent: list[CatalogueState]
    gone: list[CatalogueState]

    @property
    def is_settled(self) -> bool:
        """True when nothing waits for a second look."""
        return not self.absent


def compare(
    known: Mapping[str, CatalogueState], seen: Mapping[str, StockReading]
) -> CatalogueChange:
    """Both are keyed by product id; `seen` must be a complete, believed listing."""
    change = CatalogueChange([], [], [], [])
    for product_id, reading in seen.items():
        state = known.get(product_id)
        if state is None:
            change.new.append(reading)
        elif state.is_missing or state.absent_count or _differs(state, reading):
            change.rewritten.append((state, reading))
    for product_id in known.keys() - seen.keys():
        state = known[product_id]
        if state.is_missing:
            continue
        is_gone = state.absent_count + 1 >= ABSENCES_UNTIL_MISSING
        (change.gone if is_gone else change.absent).append(state)
    return change


def _differs(state: CatalogueState, reading: StockReading) -> bool:
    return (
        state.name != reading.name[:250]
        or state.price != reading.price
        or state.currency != reading.currency[:8]
        or state.slug != reading.slug[:190]
        or state.url != reading.url[:500]
        or state.group_id != reading.group_id[:190]
        or state.group_name != reading.group_name[:250]
    )
