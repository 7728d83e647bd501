"""Values that walk through the engine: no ORM, no settings, no network."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class MonitorState(NamedTuple):
    """What a poll must know of a Monitor. Thresholds are the effective ones (own, else team).

    `is_read`: a believed reading was taken before; the first one is a baseline.
    """

    id: int
    product_id: str
    config_option_id: str
    product_name: str
    status: str
    status_reason: str
    quantity: int | None
    available: bool | None
    stock_control_enabled: bool | None
    price: Decimal | None
    currency: str
    threshold_low: int | None
    threshold_high: int | None
    threshold_state: str
    zero_means: str
    positive_source: str
    hysteresis: int
    confirm_reads: int
    is_read: bool
    is_missing: bool


class Observation(NamedTuple):
    """What a believed reading proves about one Monitor.

    `is_known` is False when nothing was proved: the last believed stock then stays. `problem` says
    why a person should look (its config option is gone); stock becomes unknown, never 0.
    """

    is_known: bool
    quantity: int | None
    available: bool | None
    stock_control: bool | None
    price: Decimal | None
    currency: str
    name: str
    problem: str = ""


class Change(NamedTuple):
    """A step of one Monitor from its last believed state to a new one.

    `is_stock_step`: something a StockRecord keeps has changed. `delta` is None when a number is
    unknown on a side. `change_type` is a monitoring.choices.ChangeType value.
    """

    before: MonitorState
    after: Observation
    is_initial: bool
    is_stock_step: bool
    delta: int | None
    change_type: str
    threshold_state: str


class Event(NamedTuple):
    """One thing to tell, not yet stored. `event_type` is a monitoring.choices.EventType value;
    `monitor_id` is None for what concerns the website or a product nobody watches. `suppressed` is
    a monitoring.choices.Suppressed value."""

    event_type: str
    from_quantity: int | None = None
    to_quantity: int | None = None
    delta: int | None = None
    change_type: str = ""
    threshold_type: str = ""
    threshold_value: int | None = None
    message: str = ""
    metadata: dict[str, object] | None = None
    monitor_id: int | None = None
    alert_id: int | None = None
    suppressed: str = ""
