"""What one monitor costs as monitors grow: whole cycles over all that is due, 100 products a shop."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

from bench.findings import Finding
from bench.lab import Lab
from bench.shops import open_shops, shop_names

PRODUCTS = 100


def measure(lab: Lab) -> list[Finding]:
    """Microseconds of CPU per monitor, nothing changed and 2 % changed."""
    steps = {"full": (1_000, 10_000, 100_000), "quick": (1_000, 10_000), "tiny": (200, 400)}
    quiet: dict[int, float] = {}
    moved: dict[int, float] = {}
    shops: list[str] = []
    for monitors in steps[lab.size]:
        more = monitors // PRODUCTS - len(shops)
        name = f"grown{monitors}x"
        open_shops(lab.remote, name=name, shops=more, products=PRODUCTS)
        shops += shop_names(name, more)
        _cycle(monitors)
        _cycle(monitors)
        rounds = max(min(20_000 // monitors, 10), 2) if lab.size != "tiny" else 1
        quiet[monitors] = sum(_cycle(monitors) for _ in range(rounds)) / rounds
        spent = []
        for number in range(2):
            stock = {"1": 20 + number, "2": 20 + number}
            lab.remote.post("stock", dict.fromkeys(shops, stock))
            spent.append(_cycle(monitors))
        moved[monitors] = sum(spent) / len(spent)
    return [*_told("unchanged", quiet), *_told("2 % changed", moved)]


def _told(what: str, costs: dict[int, float]) -> list[Finding]:
    found = [
        Finding(f"{monitors:,} monitors, {what}: CPU per monitor", cost, "us")
        for monitors, cost in costs.items()
    ]
    before, after = list(costs)[-2:]
    ratio = costs[after] / costs[before]
    name = f"{after:,} by {before:,} monitors, {what}"
    return [*found, Finding(name, ratio, "times", at_most=1.3)]


def _cycle(monitors: int) -> float:
    """Microseconds of CPU per monitor of one cycle in which every website is due."""
    from django.utils import timezone

    from monitoring.services.polling import cycle_now
    from websites.models import Website

    due: dict[str, Any] = {"next_poll_at": timezone.now() - timedelta(seconds=1)}
    Website.objects.update(queued_at=None, **due)
    started = time.process_time()
    summary = cycle_now()
    spent = time.process_time() - started
    if summary.errors or summary.monitors_checked != monitors:
        raise RuntimeError(str(summary)[:500])
    return 1e6 * spent / monitors
