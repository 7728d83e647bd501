"""Pure: which events a step is (contract section 4: one observed change is one event)."""

from __future__ import annotations

from monitoring.choices import ChangeType, EventType, ThresholdState, ThresholdType
from monitoring.state import Change, Event


def decide(change: Change) -> list[Event]:
    """Events of one Monitor's step, in the order they should be told. A baseline has none."""
    if change.is_initial:
        return []
    return [
        event
        for event in (_stock_event(change), _threshold_event(change), _price_event(change))
        if event
    ]


def _stock_event(change: Change) -> Event | None:
    before, after = change.before, change.after
    if not after.is_known or after.problem:
        return None
    event_type = _stock_event_type(change)
    if event_type is None:
        return None
    return Event(
        event_type=event_type,
        from_quantity=before.quantity,
        to_quantity=after.quantity,
        delta=change.delta,
        change_type=change.change_type,
        message=_stock_message(event_type, before.quantity, after.quantity),
    )


def _stock_event_type(change: Change) -> EventType | None:
    before, after = change.before, change.after
    if before.available is False and after.available is True:
        return EventType.RESTOCKED
    if before.available is True and after.available is False:
        return EventType.SOLD_OUT
    if after.available and change.delta:
        return EventType.STOCK_INCREASED if change.delta > 0 else EventType.STOCK_DECREASED
    switched = {before.stock_control_enabled, after.stock_control} == {True, False}
    return EventType.STOCK_CONTROL_CHANGED if switched else None


def _stock_message(event_type: EventType, before: int | None, after: int | None) -> str:
    if event_type == EventType.RESTOCKED:
        return f"Back in stock: {after}" if after is not None else "Back in stock"
    if event_type == EventType.SOLD_OUT:
        return f"Sold out (was {before})" if before is not None else "Sold out"
    if event_type == EventType.STOCK_CONTROL_CHANGED:
        return "Stock is no longer counted" if after is None else f"Stock is now counted: {after}"
    word = "Stock rose" if event_type == EventType.STOCK_INCREASED else "Purchased: stock fell"
    return f"{word} from {before} to {after}"


def _threshold_event(change: Change) -> Event | None:
    """Only a crossing is told; a jump to nothing is `sold_out` alone (out inhibits low)."""
    before, after, quantity = (
        change.before.threshold_state,
        change.threshold_state,
        change.after.quantity,
    )
    if not before or before == after or quantity is None:
        return None
    low, high = change.before.threshold_low, change.before.threshold_high
    if after == ThresholdState.LOW:
        if quantity <= 0:
            return None
        return _crossing(change, EventType.THRESHOLD_BREACH_LOW, ThresholdType.LOW, low)
    if after == ThresholdState.HIGH:
        return _crossing(change, EventType.THRESHOLD_BREACH_HIGH, ThresholdType.HIGH, high)
    kind, value = (
        (ThresholdType.LOW, low) if before == ThresholdState.LOW else (ThresholdType.HIGH, high)
    )
    if value is None:  # the threshold was taken away: nothing recovered
        return None
    return _crossing(change, EventType.THRESHOLD_RECOVERED, kind, value)


def _crossing(
    change: Change, event_type: EventType, kind: ThresholdType, value: int | None
) -> Event:
    quantity = change.after.quantity
    words = {
        EventType.THRESHOLD_BREACH_LOW: f"Low stock: {quantity} left, below {value}",
        EventType.THRESHOLD_BREACH_HIGH: f"High stock: {quantity}, above {value}",
        EventType.THRESHOLD_RECOVERED: f"Back within limits: {quantity} (threshold {value})",
    }
    return Event(
        event_type=event_type,
        from_quantity=change.before.quantity,
        to_quantity=quantity,
        delta=change.delta,
        change_type="" if change.change_type == ChangeType.UNCHANGED else change.change_type,
        threshold_type=kind,
        threshold_value=value,
        message=words[event_type],
    )


def _price_event(change: Change) -> Event | None:
    before, after = change.before, change.after
    if before.price is None or after.price is None:
        return None
    if (before.price, before.currency) == (after.price, after.currency):
        return None
    old, new = (
        f"{before.price} {before.currency}".strip(),
        f"{after.price} {after.currency}".strip(),
    )
    return Event(
        event_type=EventType.PRICE_CHANGED,
        from_quantity=before.quantity,
        to_quantity=after.quantity,
        message=f"Price changed from {old} to {new}",
        metadata={
            "from_price": str(before.price),
            "from_currency": before.currency,
            "to_price": str(after.price),
            "to_currency": after.currency,
        },
    )
