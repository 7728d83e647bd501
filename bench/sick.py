"""A website that hangs and one that fails must not delay the others.

Twenty healthy websites are due together again and again, alone and then beside the two, which the
ticker polls every 5 s as long as their failures let it. What is told: from the moment they are due
to the message about a product that flipped.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence

from bench.findings import Finding, share
from bench.lab import Lab
from bench.latency import ARRIVES_WITHIN, arrivals
from bench.shops import RARELY, open_channel, open_shops, shop_names
from bench.system import Drive, Here, product, wait_until

HEALTHY = 20
FLIPS = 5
PAUSE_SECONDS = 0.3


def measure(lab: Lab) -> list[Finding]:
    if lab.size == "tiny":
        return disturbed(lab, Here())
    with product(lab) as queue:
        return disturbed(lab, queue)


def disturbed(lab: Lab, drive: Drive) -> list[Finding]:
    healthy = open_shops(lab.remote, name="well", shops=HEALTHY, products=10, **RARELY)
    sick = [
        *open_shops(lab.remote, name="hung", shops=1, products=10, poll_interval=5),
        *open_shops(lab.remote, name="failing", shops=1, products=10, poll_interval=5),
    ]
    open_channel("webhook", "well", {"url": f"{lab.remote.base_url}/hooks/well"}, *healthy)
    drive.poll([*healthy, *sick])
    lab.remote.post("shops/hung/faults", {"name": "hang", "times": None, "seconds": 60})
    lab.remote.post("shops/failing/faults", {"name": "php_error", "times": None})
    stock = dict.fromkeys(shop_names("well", HEALTHY), 10)
    alone: list[float] = []
    beside: list[float] = []
    # In turn, so that whatever else the machine does meets both.
    for _ in range(lab.pick(2, 1, 1)):
        _pause(sick, is_active=False)
        alone += _delays(lab, drive, healthy, stock)
        _pause(sick, is_active=True)
        beside += _delays(lab, drive, healthy, stock)
    with_them, without = share(beside, 0.95), share(alone, 0.95)
    note = f"{len(beside)} flips; p50 {share(beside, 0.5):.0f} and {share(alone, 0.5):.0f} ms"
    return [
        Finding("Healthy websites alone, due to delivered, p95", without, "ms"),
        Finding("Beside a hung and a failing one, p95", with_them, "ms", note=note),
        Finding("Beside them by alone", with_them / without, "times", at_most=1.1),
    ]


def _pause(website_ids: Sequence[int], *, is_active: bool) -> None:
    from django.utils import timezone

    from websites.models import Website

    Website.objects.filter(pk__in=website_ids).update(
        is_active=is_active, next_poll_at=timezone.now(), failure_count=0, queued_at=None
    )


def _delays(lab: Lab, drive: Drive, healthy: Sequence[int], stock: dict[str, int]) -> list[float]:
    """Milliseconds of every flip. Raises TimeoutError when a message does not come."""
    chance = random.Random(len(stock))
    delays: list[float] = []
    end = time.monotonic() + lab.pick(12, 5, 0)
    while not delays or time.monotonic() < end:
        moved = chance.sample(sorted(stock), FLIPS)
        stock |= {shop: 10 - stock[shop] for shop in moved}
        lab.remote.post("stock", {shop: {"1": stock[shop]} for shop in moved})
        due_at = drive.poll(healthy)
        wait_until(
            lambda due_at=due_at, moved=moved: (  # type: ignore[misc]
                set(moved) <= arrivals(lab.remote, "well", due_at).keys()
            ),
            ARRIVES_WITHIN,
            "a message of a healthy website",
        )
        arrived = arrivals(lab.remote, "well", due_at)
        delays += [1000 * (arrived[shop] - due_at) for shop in moved]
        time.sleep(PAUSE_SECONDS)
    return delays
