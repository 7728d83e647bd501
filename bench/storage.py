"""Bytes that one monitor stores in a day: polled every 10 s, ten changes a day, spread over it.

A day of a website of 50 monitors goes through the real record, plan and freeze. Equal polls are
one row with a count, so of the 8,640 polls only those are made that find a change, and one that
finds nothing after each. Messages of a webhook channel that hears of everything are told apart.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from bench.disk import one_website, poll_at, sizes
from bench.findings import Finding
from bench.lab import Lab

MONITORS = 50
CHANGES = 10
POLLS = 8_640
START = datetime(2026, 1, 1, tzinfo=UTC)

MESSAGES = "notifications_"
"""Tables of messages begin with it; the rest is history."""


def measure(lab: Lab) -> list[Finding]:
    monitors, days = lab.pick(MONITORS, 25, 2), 1
    website_id = one_website(monitors)
    stock = dict.fromkeys(range(monitors), 20)
    poll_at(START, website_id, stock)
    before = sizes()
    changes = _days(website_id, stock, days)
    grown = {name: size - before.get(name, 0) for name, size in sizes().items()}
    grown = {name: size for name, size in grown.items() if size > 0}
    share = 1 / (monitors * days)
    messages = sum(size for name, size in grown.items() if name.startswith(MESSAGES))
    history = sum(grown.values()) - messages
    note = f"{changes * share:.1f} changes a day, {sum(grown.values()) / changes:,.0f} bytes each"
    return [
        Finding(
            "Bytes per monitor and day, history",
            history * share,
            "B",
            at_most=2_000,
            note=note,
        ),
        Finding("Bytes per monitor and day, messages of one channel", messages * share, "B"),
        *(
            Finding(f"Bytes per change, {name}", size / changes, "B")
            for name, size in sorted(grown.items(), key=lambda pair: -pair[1])[:6]
        ),
    ]


def _days(website_id: int, stock: dict[int, int], days: int) -> int:
    """Returns the number of changes."""
    changes = 0
    for moment, moved in _moments(random.Random(1), list(stock), days):
        for pid, step in moved.items():
            stock[pid] = max(stock[pid] + step, 0)
        changes += poll_at(moment, website_id, stock)
        poll_at(moment + timedelta(seconds=1), website_id, stock)
    return changes


def _moments(
    chance: random.Random, pids: list[int], days: int
) -> Iterator[tuple[datetime, dict[int, int]]]:
    """Every poll that finds something, and by how much which stock moved."""
    moves: dict[int, dict[int, int]] = {}
    for pid in pids:
        for _ in range(CHANGES * days):
            found = moves.setdefault(chance.randrange(1, POLLS * days), {})
            found[pid] = chance.choice((-9, -3, -2, -1, 2, 8))
    for number in sorted(moves):
        yield START + timedelta(seconds=10 * number), moves[number]
