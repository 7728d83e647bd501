"""How many monitors one CPU second of ours checks, by what the poll finds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bench.lab import RemoteWorld
from bench.shops import open_shops


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    monitors_per_cpu_second: float
    ms_cpu_per_poll: float
    statements_per_poll: float


def _measured(
    label: str, ids: list[int], rounds: int, before_round: Callable[[int], None]
) -> Figure:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from monitoring.services.polling import cycle_now

    for _ in range(2):
        cycle_now(website_ids=ids)
    cpu, monitors, polls = 0.0, 0, 0
    for number in range(rounds):
        before_round(number)
        started = time.process_time()
        summary = cycle_now(website_ids=ids)
        cpu += time.process_time() - started
        monitors += summary.monitors_checked
        polls += summary.websites_polled
        if summary.errors or summary.websites_polled != len(ids):
            raise SystemExit(f"{label}: {summary}")
    before_round(rounds)
    with CaptureQueriesContext(connection) as queries:
        cycle_now(website_ids=ids)
    quiet = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    work = [query for query in queries if not query["sql"].startswith(quiet)]
    return Figure(label, monitors / cpu, 1000 * cpu / polls, len(work) / len(ids))


def measure(remote: RemoteWorld) -> list[Figure]:
    """Unchanged and changed cycles by source, large and small shops."""

    def nothing(_: int) -> None:
        return

    large = open_shops(remote, name="large", shops=8, products=1000)
    small = open_shops(remote, name="small", shops=48, products=50)
    # Public addresses of one host are read one after another: one shop is what can be measured.
    rest = open_shops(remote, name="rest", shops=1, products=999, source="whmcs_rest")

    def rest_two_percent(number: int) -> None:
        remote.post("shops/rest/stock", {str(pid): 5 + number % 2 for pid in range(1, 1000, 50)})

    def two_percent(number: int) -> None:
        stock = {str(pid): 5 + number % 2 for pid in range(1, 1001, 50)}
        remote.post("stock", {f"large{index}": stock for index in range(1, 9)})

    return [
        _measured("unchanged, 1,000 products a shop", large, 5, nothing),
        _measured("unchanged, 50 products a shop", small, 10, nothing),
        _measured("2 % changed, 1,000 products a shop", large, 5, two_percent),
        _measured("REST: unchanged, 999 products", rest, 20, nothing),
        _measured("REST: 2 % changed, 999 products", rest, 20, rest_two_percent),
        _bare(remote),
    ]


def _bare(remote: RemoteWorld) -> Figure:
    """The same requests through common/http.py alone, as many at once: what the transport costs."""
    from common.http import fetch
    from common.patience import run_patiently
    from monitoring.services.polling import BATCH_SIZE

    form = {
        "action": "GetProducts",
        "responsetype": "json",
        "identifier": "bench-identifier",
        "secret": "bench-secret",
    }
    urls = [f"{remote.base_url}/small{number}/includes/api.php" for number in range(1, 49)]

    def once() -> None:
        run_patiently(
            {url: partial(fetch, "POST", url, data=form) for url in urls},
            handle=lambda _url, _answer: None,
            patience_seconds=None,
            max_workers=BATCH_SIZE,
            name="bare",
        )

    once()
    started = time.process_time()
    for _ in range(5):
        once()
    cpu = time.process_time() - started
    polls = 5 * len(urls)
    return Figure("bare request, 50 products a shop", 50 * polls / cpu, 1000 * cpu / polls, 0)
