"""Pure: what a reading proves about a Monitor, and which step that is (contract section 6)."""

from __future__ import annotations

from monitoring.choices import ChangeType, MonitorStatus, ThresholdState, ZeroMeans
from monitoring.state import Change, MonitorState, Observation
from websites.sources.base import Availability, StockReading

AVAILABLE = {Availability.IN_STOCK: True, Availability.OUT_OF_STOCK: False}
CONFLICT = "Two sources of the shop disagree about this product: the last stock is kept."
OPTION_GONE = "The shop no longer offers this config option: pick another one or remove it."


def observe(state: MonitorState, reading: StockReading, *, source: str) -> Observation:
    """Settles an ambiguous 0 and follows the config option of the Monitor."""
    if _option_is_gone(state, reading):
        return Observation(
            True, None, None, None, reading.price, reading.currency, reading.name, OPTION_GONE
        )
    if reading.is_conflict:
        return Observation(
            False, None, None, None, reading.price, reading.currency, reading.name, CONFLICT
        )
    quantity, stock_control = reading.quantity, reading.stock_control
    available = AVAILABLE.get(reading.availability)
    if reading.is_ambiguous_zero:
        meaning = _zero_meaning(state, source)
        if meaning == ZeroMeans.SOLD_OUT:
            quantity, available, stock_control = 0, False, True
        elif meaning == ZeroMeans.UNLIMITED:
            quantity, available, stock_control = None, True, False
    return Observation(
        is_known=available is not None,
        quantity=quantity,
        available=available,
        stock_control=stock_control,
        price=reading.price,
        currency=reading.currency,
        name=reading.name,
    )


def _option_is_gone(state: MonitorState, reading: StockReading) -> bool:
    return bool(
        state.config_option_id
        and reading.option_ids is not None
        and state.config_option_id not in reading.option_ids
    )


def is_open_zero(state: MonitorState, reading: StockReading, *, source: str) -> bool:
    """The shop says 0, and nothing tells what that means."""
    return reading.is_ambiguous_zero and _zero_meaning(state, source) == ZeroMeans.AUTO


def _zero_meaning(state: MonitorState, source: str) -> str:
    """AUTO means sold out once the same source showed this product above 0, else nothing."""
    if state.zero_means != ZeroMeans.AUTO:
        return state.zero_means
    return ZeroMeans.SOLD_OUT if state.positive_source == source else ZeroMeans.AUTO


def threshold_state(
    quantity: int | None,
    low: int | None,
    high: int | None,
    *,
    before: str,
    available: bool | None,
    hysteresis: int = 0,
) -> str:
    """Where a number stands; strict comparison. Without a number the last judgement stays, but a
    product that is in stock without a limit is within limits. What was beyond a threshold is so
    until it is `hysteresis` back within it."""
    if quantity is None:
        return ThresholdState.OK if before and available else before
    low_margin = hysteresis if before == ThresholdState.LOW else 0
    high_margin = hysteresis if before == ThresholdState.HIGH else 0
    if low is not None and quantity < low + low_margin:
        return ThresholdState.LOW
    if high is not None and quantity > high - high_margin:
        return ThresholdState.HIGH
    return ThresholdState.OK


def diff(state: MonitorState, seen: Observation) -> Change | None:
    """The step a reading makes, None when there is nothing to write."""
    seen = _believable(state, seen)
    is_initial = not state.is_read and seen.is_known and not seen.problem
    judged = threshold_state(
        seen.quantity,
        state.threshold_low,
        state.threshold_high,
        before=state.threshold_state,
        available=seen.available,
        hysteresis=state.hysteresis,
    )
    is_stock_step = is_initial or _stock_values(seen) != (
        state.quantity,
        state.available,
        state.stock_control_enabled,
        state.price,
        state.currency,
    )
    is_quiet = (
        not is_stock_step
        and judged == state.threshold_state
        and seen.name == state.product_name
        and seen.problem == state.status_reason
        and not state.is_missing
        and (state.status != MonitorStatus.ERROR or bool(seen.problem))
    )
    if is_quiet:
        return None
    delta = None
    if not is_initial and seen.quantity is not None and state.quantity is not None:
        delta = seen.quantity - state.quantity
    change_type = _change_type(state, seen, is_initial, delta)
    return Change(state, seen, is_initial, is_stock_step, delta, change_type, judged)


def _believable(state: MonitorState, seen: Observation) -> Observation:
    """An unproved part keeps its last believed value; a price or a name may still be proved."""
    if seen.price is None:
        seen = seen._replace(price=state.price, currency=state.currency)
    if not seen.name:
        seen = seen._replace(name=state.product_name)
    if seen.is_known:
        return seen
    return seen._replace(
        quantity=state.quantity,
        available=state.available,
        stock_control=state.stock_control_enabled,
    )


def _stock_values(seen: Observation) -> tuple[object, ...]:
    return (seen.quantity, seen.available, seen.stock_control, seen.price, seen.currency)


def _change_type(
    state: MonitorState, seen: Observation, is_initial: bool, delta: int | None
) -> str:
    if is_initial:
        return ChangeType.INITIAL
    if state.available is False and seen.available is True:
        return ChangeType.RESTOCK
    if state.available is True and seen.available is False:
        return ChangeType.PURCHASE
    if delta and seen.available:
        return ChangeType.RESTOCK if delta > 0 else ChangeType.PURCHASE
    same = _stock_values(seen) == (
        state.quantity,
        state.available,
        state.stock_control_enabled,
        state.price,
        state.currency,
    )
    return ChangeType.UNCHANGED if same else ChangeType.ADJUSTED
