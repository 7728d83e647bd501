"""Polls per second with one, two and four queue clusters, of shops that answer in 200 ms.

A cluster has 8 threads here: one worker, tasks of 8 websites. Then the default pool. Nobody may
ever be polled by two at once: the log of the fake world counts requests of a shop that overlap.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from bench.findings import Finding
from bench.lab import Lab
from bench.shops import open_shops, shop_names
from bench.system import Queue, processes

THREADS = 8
SHOP_SECONDS = 0.2
ONE_WORKER = {"QUEUE_WORKERS": "1", "QUEUE_POLL_WORKERS": "1"}


def measure(lab: Lab) -> list[Finding]:
    shops = lab.pick(480, 160, 16)
    ids = open_shops(lab.remote, name="slow", shops=shops, products=5)
    for shop in shop_names("slow", shops):
        fault = {"name": "delay", "times": None, "seconds": SHOP_SECONDS}
        lab.remote.post(f"shops/{shop}/faults", fault)
    calls: list[dict[str, Any]] = []
    rates = {
        count: _rate(lab, ids, count, THREADS, ONE_WORKER, calls)
        for count in (1, 2, 4)[: lab.pick(3, 3, 1)]
    }
    found = [
        Finding(
            f"{count} of 8 threads: polls per second",
            rate,
            "/s",
            note=f"{rate / (count * THREADS / SHOP_SECONDS):.0%} of what the shops allow",
        )
        for count, rate in rates.items()
    ]
    if len(rates) > 1:
        found.append(Finding("Two by one", rates[2] / rates[1], "times", at_least=1.6))
        found.append(Finding("Four by one", rates[4] / rates[1], "times"))
        pools = {count: _rate(lab, ids, count, 16, {}, calls) for count in (1, 2)}
        found += [
            Finding("Default pool, one cluster: polls per second", pools[1], "/s"),
            Finding("Default pool, two by one", pools[2] / pools[1], "times", at_least=1.0),
        ]
    most = max(call["in_flight"] for call in calls)
    return [*found, Finding("Most polls of one website at once", most, at_most=1)]


def _rate(
    lab: Lab,
    ids: Sequence[int],
    clusters: int,
    batch: int,
    pool: Mapping[str, str],
    calls: list[dict[str, Any]],
) -> float:
    """The median of some rounds; all requests are put into `calls`."""
    from common.queues import POLL, cluster_of

    rates = []
    with processes(lab) as running:
        running.clusters([cluster_of(POLL)] * clusters, **pool)
        queue = Queue(batch)
        queue.poll(ids[: 2 * batch * clusters])
        # The default pool is quick, and a round of it short: more of them.
        for _ in range(lab.pick(2, 1, 1) if pool else lab.pick(5, 3, 1)):
            seen = lab.remote.calls(queue.poll(ids))
            rates.append(rate_of(seen))
            calls += seen
    return median(rates)


def rate_of(calls: Sequence[Mapping[str, Any]]) -> float:
    """Polls per second from the first request to the last answer."""
    last = max(float(call["answered_at"]) for call in calls)
    return len(calls) / (last - min(float(call["at"]) for call in calls))
