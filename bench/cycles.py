"""How many monitors one CPU second of ours checks, by source and by what the poll finds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bench.findings import Finding
from bench.lab import Lab, RemoteWorld
from bench.shops import SECRETS, open_shops


@dataclass(frozen=True, slots=True)
class Figure:
    """Of ids polled again and again in this process. Bytes are those of the answers."""

    monitors_per_cpu_second: float
    ms_cpu_per_poll: float
    statements_per_poll: float
    bytes_per_poll: float
    requests_per_poll: float


def nothing(_: int) -> None:
    """The shop stays as it is."""


def polled(
    remote: RemoteWorld,
    ids: list[int],
    rounds: int,
    before_round: Callable[[int], None] = nothing,
) -> Figure:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from monitoring.services.polling import cycle_now

    for _ in range(2):
        cycle_now(website_ids=ids)
    cpu, monitors, polls, began = 0.0, 0, 0, time.time()
    for number in range(rounds):
        before_round(number)
        started = time.process_time()
        summary = cycle_now(website_ids=ids)
        cpu += time.process_time() - started
        monitors += summary.monitors_checked
        polls += summary.websites_polled
        if summary.errors or summary.websites_polled != len(ids):
            raise RuntimeError(str(summary))
    calls = remote.calls(began)
    before_round(rounds)
    with CaptureQueriesContext(connection) as queries:
        cycle_now(website_ids=ids)
    quiet = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    work = [query for query in queries if not query["sql"].startswith(quiet)]
    return Figure(
        monitors / cpu,
        1000 * cpu / polls,
        len(work) / len(ids),
        sum(call["size"] for call in calls) / polls,
        len(calls) / polls,
    )


def findings_of(what: str, figure: Figure, at_least: float | None = None) -> list[Finding]:
    told = (
        f"{figure.ms_cpu_per_poll:.1f} ms CPU, {figure.requests_per_poll:.0f} requests, "
        f"{figure.statements_per_poll:.1f} statements and "
        f"{figure.bytes_per_poll / 1000:,.0f} kB a poll"
    )
    rate = figure.monitors_per_cpu_second
    return [Finding(what, rate, "/CPU s", at_least=at_least, note=told)]


def measure(lab: Lab) -> list[Finding]:
    """Unchanged and changed cycles of large and small shops, and of the REST source."""
    remote = lab.remote
    products, shops = lab.pick(1000, 1000, 20), lab.pick(48, 48, 3)
    many, some = lab.pick(8, 4, 1), lab.pick(10, 4, 1)
    large = open_shops(remote, name="large", shops=lab.pick(8, 4, 2), products=products)
    small = open_shops(remote, name="small", shops=shops, products=lab.pick(50, 50, 5))
    # Public addresses of one host are read one after another: one shop is what can be measured.
    rest = open_shops(remote, name="rest", shops=1, products=products - 1, source="whmcs_rest")

    def two_percent(number: int) -> None:
        stock = {str(pid): 5 + number % 2 for pid in range(1, products + 1, 50)}
        remote.post("stock", {f"large{index}": stock for index in range(1, len(large) + 1)})

    def rest_two_percent(number: int) -> None:
        stock = {str(pid): 5 + number % 2 for pid in range(1, products, 50)}
        remote.post("shops/rest/stock", stock)

    quiet = polled(remote, small, some)
    bare = _bare_ms(remote, shops, some)
    return [
        *findings_of("API, unchanged, 1,000 products a shop", polled(remote, large, many), 200_000),
        *findings_of("API, unchanged, 50 products a shop", quiet, 20_000),
        Finding(
            "The same: CPU of a poll by that of its bare request",
            quiet.ms_cpu_per_poll / bare,
            "times",
            at_most=2.5,
            note=f"{bare:.2f} ms through common/http.py",
        ),
        *findings_of(
            "API, 2 % changed, 1,000 products a shop, planning included",
            polled(remote, large, many, two_percent),
            20_000,
        ),
        *findings_of("REST, unchanged, 999 products", polled(remote, rest, 2 * some)),
        *findings_of(
            "REST, 2 % changed, 999 products", polled(remote, rest, 2 * some, rest_two_percent)
        ),
    ]


def _bare_ms(remote: RemoteWorld, shops: int, rounds: int) -> float:
    """CPU of the same requests through common/http.py alone, as many at once: what the transport
    costs."""
    from common.http import fetch
    from common.patience import run_patiently
    from monitoring.services.polling import BATCH_SIZE

    form = {"action": "GetProducts", "responsetype": "json", **SECRETS}
    urls = [f"{remote.base_url}/small{number}/includes/api.php" for number in range(1, shops + 1)]

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
    for _ in range(rounds):
        once()
    return 1000 * (time.process_time() - started) / (rounds * len(urls))
