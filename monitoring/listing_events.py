"""Pure: what is told about the catalogue of a shop."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from monitoring.choices import EventType
from monitoring.listing import CatalogueChange, CatalogueState
from monitoring.state import Event, MonitorState
from websites.sources.base import StockReading


def catalogue_events(
    changed: CatalogueChange, monitors: Sequence[MonitorState], *, is_first: bool
) -> list[Event]:
    """New, renamed and moved products, and missing ones nobody watches (a watched one is a step
    of its monitor). The first listing is a baseline. Empty names and groups say nothing."""
    if is_first:
        return []
    watchers = _watchers(monitors)
    events = [_new(reading) for reading in changed.new]
    events += [_missing(state) for state in changed.gone if state.product_id not in watchers]
    for state, reading in changed.rewritten:
        events += _rewritten(state, reading, watchers.get(state.product_id))
    return events


def _watchers(monitors: Sequence[MonitorState]) -> Mapping[str, int]:
    """One monitor by product: the plain one, else that of its first config option."""
    ordered = sorted(monitors, key=lambda one: (one.config_option_id, one.id), reverse=True)
    return {one.product_id: one.id for one in ordered}


def _rewritten(
    state: CatalogueState, reading: StockReading, monitor_id: int | None
) -> Iterator[Event]:
    facts = {"product_id": reading.product_id, "name": reading.name, "url": reading.url}
    if state.name and reading.name and state.name != reading.name[:250]:
        yield Event(
            EventType.PRODUCT_RENAMED,
            monitor_id=monitor_id,
            message=f"Renamed: {state.name} is now {reading.name}",
            metadata={**facts, "from_name": state.name},
        )
    if state.group_id and reading.group_id and state.group_id != reading.group_id[:190]:
        before = state.group_name or state.group_id
        after = reading.group_name or reading.group_id
        yield Event(
            EventType.PRODUCT_MOVED,
            monitor_id=monitor_id,
            message=f"Moved from {before} to {after}",
            metadata={**facts, "from_group": before, "to_group": after},
        )


def _new(reading: StockReading) -> Event:
    return Event(
        EventType.PRODUCT_NEW,
        to_quantity=reading.quantity,
        message=f"New product: {reading.name}",
        metadata={
            "product_id": reading.product_id,
            "name": reading.name,
            "price": str(reading.price) if reading.price is not None else None,
            "currency": reading.currency,
            "url": reading.url,
            "availability": reading.availability.value,
        },
    )


def _missing(state: CatalogueState) -> Event:
    return Event(
        EventType.PRODUCT_MISSING,
        message=f"The shop no longer lists {state.name}",
        metadata={"product_id": state.product_id, "name": state.name},
    )
