"""Pure: when an alert opens and resolves, and whether people are told of it (docs/alerts.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from monitoring.choices import (
    AlertKind,
    EventType,
    ResolveReason,
    Suppressed,
    ThresholdState,
    ThresholdType,
)
from monitoring.slots import DAY, Rhythm, next_slot, slot_after
from monitoring.state import Change, Event

DEFAULT_THRESHOLD = 5
"""Low is below this for a Monitor whose owner set nothing (contract section 6)."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who moved an alert. `kind`: system, user, bot or link; `id` is that of a user."""

    kind: str = "system"
    id: int | None = None
    name: str = ""

    def to_metadata(self) -> dict[str, object]:
        return {"kind": self.kind, "id": self.id, "name": self.name}


SYSTEM = Author()


class Held(NamedTuple):
    """What must be known of an Alert that is unresolved, or of the last one of its kind."""

    id: int
    kind: str
    opened_at: datetime
    last_sent_at: datetime | None
    next_alert_at: datetime | None
    subject: str = ""
    threshold: int | None = None
    resolve_reason: str = ""

    def was_told_lately(self, now: datetime) -> bool:
        return self.last_sent_at is not None and now - self.last_sent_at < DAY

    @property
    def is_hushed(self) -> bool:
        """People were told of the episode before it, not of this one (24 h rule)."""
        return self.last_sent_at is not None and self.last_sent_at < self.opened_at


class Opening(NamedTuple):
    """`is_crossing`: it was otherwise at the last reading. Else nobody saw it become so."""

    kind: AlertKind
    quantity: int | None
    threshold: int | None
    is_crossing: bool


class Closing(NamedTuple):
    alert: Held
    reason: ResolveReason


class Telling(NamedTuple):
    """How a new alert is announced. `suppressed` is a monitoring.choices.Suppressed value."""

    suppressed: str
    last_sent_at: datetime | None
    next_alert_at: datetime


class Stock(NamedTuple):
    """The believed values that alerts are judged by. `state` is a ThresholdState or empty."""

    quantity: int | None
    available: bool | None
    is_counted: bool | None
    state: str


def judge(change: Change, held: Mapping[str, Held]) -> tuple[list[Opening], list[Closing]]:
    """What a believed step does to the unresolved alerts of its Monitor, given by kind.

    A step that proves nothing about the stock opens and resolves nothing.
    """
    if not change.after.is_known or change.after.problem:
        return [], []
    before, after = _stocks(change)
    low, high = change.before.threshold_low, change.before.threshold_high
    stood = standings(before, low, high)
    is_moved = before[:3] != after[:3]
    openings, closings = [], []
    for kind, stands in standings(after, low, high).items():
        alert = held.get(kind)
        if stands and alert is None:
            threshold = high if kind == AlertKind.HIGH else low
            is_crossing = not change.is_initial and stood[kind] is not True
            openings.append(Opening(kind, after.quantity, threshold, is_crossing))
        elif stands is False and alert is not None:
            reason = ResolveReason.RECOVERED if is_moved else ResolveReason.THRESHOLD
            closings.append(Closing(alert, reason))
    return openings, closings


def _stocks(change: Change) -> tuple[Stock, Stock]:
    was, now = change.before, change.after
    return (
        Stock(was.quantity, was.available, was.stock_control_enabled, was.threshold_state),
        Stock(now.quantity, now.available, now.stock_control, change.threshold_state),
    )


def standings(stock: Stock, low: int | None, high: int | None) -> dict[AlertKind, bool | None]:
    """Which alerts should be open. None: nothing is proved either way, so it stays as it is."""
    is_out = _is_out(stock)
    return {
        AlertKind.LOW: _is_low(stock, low),
        AlertKind.HIGH: False if is_out else _is_beyond(stock, high, ThresholdState.HIGH),
        AlertKind.OUT_OF_STOCK: False if low is None else is_out,
    }


def _is_out(stock: Stock) -> bool | None:
    if stock.available is None and stock.quantity is None:
        return None
    return stock.available is False or (stock.quantity is not None and stock.quantity <= 0)


def _is_low(stock: Stock, low: int | None) -> bool | None:
    """Nothing left is out of stock, not low: a low alert that is open waits meanwhile."""
    if low is not None and _is_out(stock):
        return None
    return _is_beyond(stock, low, ThresholdState.LOW)


def _is_beyond(stock: Stock, threshold: int | None, state: ThresholdState) -> bool | None:
    if threshold is None:
        return False
    if stock.quantity is not None:
        if stock.state != state:
            return False
        is_low = state == ThresholdState.LOW
        is_strict = stock.quantity < threshold if is_low else stock.quantity > threshold
        # In the margin of the hysteresis an open alert stays, and none is opened.
        return True if is_strict else None
    is_unlimited = stock.available is True and stock.is_counted is False
    return False if is_unlimited else None


def tell(
    opening: Opening, *, last: Held | None, rhythm: Rhythm, now: datetime, is_flapping: bool = False
) -> Telling | None:
    """How the alert is announced; None when it must not open: somebody resolved it by hand, and it
    has not been otherwise since.

    `last` is the alert of this kind before it. Whoever was told of that within 24 hours is not told
    again, and the time of the next reminder stays.
    """
    if last is not None and last.resolve_reason == ResolveReason.MANUAL and not opening.is_crossing:
        return None
    sent_at, next_at = None, next_slot(rhythm, now)
    is_recent = False
    if last is not None and last.was_told_lately(now):
        is_recent, sent_at = True, last.last_sent_at
        next_at = last.next_alert_at or now
        if next_at <= now:
            next_at = slot_after(rhythm, now)
    if not opening.is_crossing:
        return Telling(Suppressed.BASELINE, sent_at, next_at)
    if is_flapping:
        return Telling(Suppressed.FLAPPING, sent_at, next_at)
    if is_recent:
        return Telling(Suppressed.DEDUPE, sent_at, next_at)
    return Telling(Suppressed.NO, now, next_at)


KIND_OF = {
    EventType.THRESHOLD_BREACH_LOW: AlertKind.LOW,
    EventType.THRESHOLD_BREACH_HIGH: AlertKind.HIGH,
    EventType.SOLD_OUT: AlertKind.OUT_OF_STOCK,
    EventType.RESTOCKED: AlertKind.OUT_OF_STOCK,
    EventType.WEBSITE_UNREACHABLE: AlertKind.UNREACHABLE,
    EventType.WEBSITE_RECOVERED: AlertKind.UNREACHABLE,
}
"""Event -> the kind of alert on whose time line it belongs."""

HUSHED = frozenset(
    {
        EventType.THRESHOLD_BREACH_LOW,
        EventType.THRESHOLD_BREACH_HIGH,
        EventType.THRESHOLD_RECOVERED,
    }
)
"""Events that go quiet with their alert. What was sold out or restocked is always told."""


def linked(
    events: Iterable[Event], alerts: Mapping[str, int], hushed: frozenset[str]
) -> list[Event]:
    """The events of a step with the alerts they belong to. `hushed`: kinds nobody is told of."""
    found = []
    for event in events:
        kind = _kind_of(event)
        event = event._replace(alert_id=alerts.get(kind))
        if kind in hushed and event.event_type in HUSHED and not event.suppressed:
            event = event._replace(suppressed=Suppressed.DEDUPE)
        found.append(event)
    return found


def _kind_of(event: Event) -> str:
    if event.event_type == EventType.THRESHOLD_RECOVERED:
        is_high = event.threshold_type == ThresholdType.HIGH
        return AlertKind.HIGH if is_high else AlertKind.LOW
    return KIND_OF.get(EventType(event.event_type), "")


WORDS = {
    EventType.ALERT_OPENED: "Alert",
    EventType.ALERT_ACKNOWLEDGED: "Acknowledged",
    EventType.ALERT_REMINDER: "Reminder",
    EventType.ALERT_RESOLVED: "Resolved",
}


def alert_event(
    event_type: EventType,
    *,
    alert_id: int,
    kind: str,
    subject: str,
    reason: str = "",
    author: Author = SYSTEM,
    note: str = "",
    quantity: int | None = None,
    threshold: int | None = None,
    monitor_id: int | None = None,
    suppressed: str = "",
) -> Event:
    """The event of a transition of an Alert. `quantity` is the stock now, None when unknown."""
    label = AlertKind(kind).label.lower()
    number = f" ({quantity} left)" if quantity is not None and kind != AlertKind.UNREACHABLE else ""
    metadata: dict[str, object] = {
        "cause": str(kind),
        "author": author.to_metadata(),
        "reason": str(reason),
        "subject": subject,
    }
    if note:
        metadata["note"] = note
    threshold_type = {AlertKind.LOW: ThresholdType.LOW, AlertKind.HIGH: ThresholdType.HIGH}
    return Event(
        event_type,
        to_quantity=quantity,
        threshold_type=threshold_type.get(AlertKind(kind), ""),
        threshold_value=threshold,
        message=f"{WORDS[event_type]}: {label}{number}",
        metadata=metadata,
        monitor_id=monitor_id,
        alert_id=alert_id,
        suppressed=suppressed,
    )
