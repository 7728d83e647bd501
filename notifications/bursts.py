"""Pure: what a series of changes of one product comes to: "-7 in 4 min"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

STOCK_EVENTS = frozenset({"restocked", "stock_increased", "stock_decreased", "sold_out"})
"""Kinds of events whose quantities follow on each other."""


class Step(NamedTuple):
    """One change. `key` names the product (its monitor); quantities are None when unknown."""

    key: str
    event_type: str
    from_quantity: int | None
    to_quantity: int | None
    at: datetime


class Burst(NamedTuple):
    """The sum of all changes of stock of one product, oldest first.

    `net` is `to_quantity - from_quantity`; `sold` and `added` are what went and came between, both
    0 or more. All of them are None when a number on the way was unknown. `seconds` lie between the
    first and the last change.
    """

    key: str
    changes: int
    from_quantity: int | None
    to_quantity: int | None
    net: int | None
    sold: int | None
    added: int | None
    seconds: int


def bursts_of(steps: Iterable[Step]) -> list[Burst]:
    """One Burst for every product with two or more changes of stock, in order of the first one.

    Other kinds of events (prices, names) are left out.
    """
    series: dict[str, list[Step]] = {}
    for step in steps:
        if step.event_type in STOCK_EVENTS:
            series.setdefault(step.key, []).append(step)
    return [_burst(key, found) for key, found in series.items() if len(found) > 1]


def _burst(key: str, steps: Sequence[Step]) -> Burst:
    """Changes are summed one by one: between two of them there may be one that nobody is told."""
    ordered = sorted(steps, key=lambda step: step.at)
    first, last = ordered[0], ordered[-1]
    moves = [_moved(step.from_quantity, step.to_quantity) for step in ordered]
    known = [move for move in moves if move is not None]
    net = _moved(first.from_quantity, last.to_quantity)
    is_known = net is not None and len(known) == len(moves)
    return Burst(
        key=key,
        changes=len(ordered),
        from_quantity=first.from_quantity,
        to_quantity=last.to_quantity,
        net=net if is_known else None,
        sold=-sum(move for move in known if move < 0) if is_known else None,
        added=sum(move for move in known if move > 0) if is_known else None,
        seconds=round((last.at - first.at).total_seconds()),
    )


def _moved(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before


def span_text(seconds: int, units: tuple[str, str, str] = ("s", "min", "h")) -> str:
    """`40 s`, `4 min`, `2 h 5 min`: rounded to what people care for."""
    second, minute, hour = units
    if seconds < 90:
        return f"{seconds} {second}"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} {minute}"
    hours, rest = divmod(minutes, 60)
    return f"{hours} {hour} {rest} {minute}" if rest else f"{hours} {hour}"
