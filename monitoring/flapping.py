"""Pure: which flips of a Monitor between in and out of stock are believed, and which are told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from monitoring.choices import EventType
from monitoring.state import Event

FLIPS = frozenset({EventType.RESTOCKED.value, EventType.SOLD_OUT.value})
KEPT = 50
"""Times of flips that are remembered."""


class FlapRules(NamedTuple):
    """Flapping begins with the `flips`th flip within `window`; 0 means never. It is over when
    there was none for `cooldown`."""

    flips: int
    window: timedelta
    cooldown: timedelta


class Flaps(NamedTuple):
    """What is remembered of a Monitor's flips. `until` is set while it is held to flap."""

    times: tuple[datetime, ...] = ()
    total: int = 0
    until: datetime | None = None

    @classmethod
    def of_columns(cls, kept: Mapping[str, Any], until: datetime | None) -> Flaps:
        times = tuple(datetime.fromisoformat(at) for at in kept.get("flips", ()))
        return cls(times, int(kept.get("count", 0)), until)

    def columns(self) -> tuple[dict[str, Any], datetime | None]:
        """Values of Monitor.flapping and Monitor.flapping_until."""
        kept = {"flips": [at.isoformat() for at in self.times], "count": self.total}
        return (kept if self.times else {}), self.until


def flip(flaps: Flaps, now: datetime, rules: FlapRules) -> tuple[Flaps, Event | None]:
    """One more flip: what is remembered, and the notice when flapping begins with it."""
    # Either way: a clock that was ahead may have left some in the future.
    recent = [at for at in flaps.times if abs(now - at) < rules.window]
    times = (*recent[-KEPT + 1 :], now)
    if not rules.flips:
        return Flaps(), None
    if flaps.until is not None and now < flaps.until:
        return Flaps(times, flaps.total + 1, now + rules.cooldown), None
    if len(times) < rules.flips:
        return Flaps(times, len(times)), None
    begun = Flaps(times, len(times), now + rules.cooldown)
    return begun, _notice(begun, f"In and out of stock {begun.total} times {_span(rules.window)}")


def settled(flaps: Flaps, *, quantity: int | None, available: bool | None) -> Event:
    """The last word when flapping is over: how often, and how it stands."""
    stand = {True: "in stock", False: "out of stock", None: "unknown"}[available]
    number = f" ({quantity})" if quantity is not None and available else ""
    event = _notice(flaps, f"Settled after {flaps.total} changes: {stand}{number}")
    return event._replace(
        to_quantity=quantity,
        metadata={"count": flaps.total, "is_over": True, "availability": stand},
    )


def _notice(flaps: Flaps, message: str) -> Event:
    metadata: dict[str, object] = {"count": flaps.total, "is_over": False}
    return Event(EventType.MONITOR_FLAPPING, message=message, metadata=metadata)


def _span(window: timedelta) -> str:
    minutes = int(window.total_seconds() // 60)
    return (
        f"within {minutes} minutes" if minutes else f"within {int(window.total_seconds())} seconds"
    )


class Pending(NamedTuple):
    """A flip that waits for more readings that say the same."""

    available: bool | None = None
    reads: int = 0

    @classmethod
    def of_column(cls, kept: Mapping[str, Any]) -> Pending:
        return cls(kept.get("available"), int(kept.get("count", 0)))

    def column(self) -> dict[str, Any]:
        """Value of Monitor.pending."""
        return {"available": self.available, "count": self.reads} if self.reads else {}


def confirm(
    pending: Pending, *, available: bool | None, confirm_reads: int
) -> tuple[Pending, bool]:
    """One more reading that differs in availability from what is believed: (what waits now,
    whether it counts)."""
    reads = pending.reads + 1 if pending.available is available else 1
    if reads >= confirm_reads:
        return Pending(), True
    return Pending(available, reads), False
