"""Pure: the clock hours of the last day, and what happened in each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

HOURS = 24


class Part(NamedTuple):
    """A piece of a column: its share of the full height in percent."""

    kind: str
    number: int
    height: float


class Hour(NamedTuple):
    """`until` is None for the hour that is running. `by_type`: event type -> how many."""

    since: datetime
    until: datetime | None
    label: str
    total: int
    by_type: Mapping[str, int]
    parts: tuple[Part, ...]


def clock_hours(now: datetime, count: int = HOURS) -> list[datetime]:
    """Starts (UTC) of the running hour and those before it, oldest first.

    `now` is told in the zone of the viewer: hours begin when that clock says so, also where it is
    half an hour off. Each is an hour long, however clocks are changed meanwhile.
    """
    last = now.replace(minute=0, second=0, microsecond=0).astimezone(UTC)
    return [last - timedelta(hours=back) for back in range(count - 1, -1, -1)]


def hour_columns(
    starts: Sequence[datetime],
    counts: Mapping[tuple[int, str], int],
    *,
    now: datetime,
    kinds: Mapping[str, str],
) -> list[Hour]:
    """`counts`: (position of the hour, event type) -> number. `kinds`: event type -> kind of the
    piece it belongs to; pieces stand in the order in which `kinds` first names them."""
    order = list(dict.fromkeys(kinds.values()))
    by_hour: list[dict[str, int]] = [{} for _ in starts]
    for (place, event_type), number in counts.items():
        by_hour[place][event_type] = number
    top = max([sum(one.values()) for one in by_hour], default=0)
    return [
        Hour(
            since=since,
            until=starts[place + 1] if place + 1 < len(starts) else None,
            label=since.astimezone(now.tzinfo).strftime("%H"),
            total=sum(by_type.values()),
            by_type=by_type,
            parts=_parts(by_type, kinds, order, top),
        )
        for place, (since, by_type) in enumerate(zip(starts, by_hour, strict=True))
    ]


def _parts(
    by_type: Mapping[str, int], kinds: Mapping[str, str], order: Sequence[str], top: int
) -> tuple[Part, ...]:
    sums = dict.fromkeys(order, 0)
    for event_type, number in by_type.items():
        kind = kinds.get(event_type, order[-1])
        sums[kind] += number
    return tuple(
        Part(kind, number, round(100 * number / top, 2)) for kind, number in sums.items() if number
    )
