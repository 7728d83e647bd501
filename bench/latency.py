"""From the first answer that shows a change to the webhook at its receiver, durably stored between.

Idle: one website, polled by this process. Then 10, 100 and 1,000 websites polled by the default
processes, in rounds: in each round all are due at once, and in some of them a product flips.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.findings import Finding, share
from bench.lab import Lab, RemoteWorld
from bench.shops import RARELY, open_channel, open_shops, shop_names
from bench.system import Drive, Here, product, wait_until

ARRIVES_WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class Plan:
    websites: int
    rounds: int
    flips: int
    """Websites of a round in which one product goes out of stock or comes back."""


@dataclass(frozen=True, slots=True)
class Delay:
    """Milliseconds of one flip. `seen` is the first answer that showed it."""

    from_due: float
    from_seen: float


def measure(lab: Lab) -> list[Finding]:
    idle = [one.from_seen for one in flipped(lab, Here(), "idle", Plan(1, lab.pick(60, 20, 2), 1))]
    found = [
        Finding("Idle: seen to webhook delivered, p50", share(idle, 0.5), "ms", at_most=20),
        Finding("Idle: p95", share(idle, 0.95), "ms", at_most=60),
        Finding("Idle: p99", share(idle, 0.99), "ms", note=f"{len(idle)} flips"),
    ]
    rounds = lab.pick(4, 2, 1)
    plans = (Plan(10, 5 * rounds, 5), Plan(100, 2 * rounds, 20), Plan(1000, rounds, 40))
    with product(lab) as queue:
        for plan in plans[: lab.pick(3, 2, 1)]:
            found += busy(lab, queue, plan)
    return found


def busy(lab: Lab, drive: Drive, plan: Plan) -> list[Finding]:
    delays = list(flipped(lab, drive, f"busy{plan.websites}x", plan))
    seen = [one.from_seen for one in delays]
    due = [one.from_due for one in delays]
    name = f"{plan.websites:,} websites due at once: seen to delivered"
    note = f"{len(seen)} flips; due to delivered p50 {share(due, 0.5):,.0f} ms"
    return [
        Finding(f"{name}, p50", share(seen, 0.5), "ms", note=note),
        Finding(f"{name}, p95", share(seen, 0.95), "ms"),
        Finding(f"{name}, p99", share(seen, 0.99), "ms"),
    ]


def flipped(lab: Lab, drive: Drive, name: str, plan: Plan) -> list[Delay]:
    """The delay of every flip. Raises TimeoutError when a message does not come."""
    ids = open_shops(lab.remote, name=name, shops=plan.websites, products=10, **RARELY)
    names = shop_names(name, plan.websites)
    hook = f"{lab.remote.base_url}/hooks/{name}"
    open_channel("webhook", name, {"url": hook}, *ids)
    drive.poll(ids)
    chance, stock = random.Random(1), dict.fromkeys(names, 10)
    delays: list[Delay] = []
    for _ in range(plan.rounds):
        moved = chance.sample(names, plan.flips)
        stock |= {shop: 10 - stock[shop] for shop in moved}
        lab.remote.post("stock", {shop: {"1": stock[shop]} for shop in moved})
        due_at = drive.poll(ids)
        wait_until(
            lambda due_at=due_at, moved=moved: (
                set(moved) <= arrivals(lab.remote, name, due_at).keys()
            ),  # type: ignore[misc]
            ARRIVES_WITHIN,
            f"a message of {name}",
        )
        arrived = arrivals(lab.remote, name, due_at)
        seen = first_answers(lab.remote.calls(due_at))
        for shop in moved:
            from_due, from_seen = arrived[shop] - due_at, arrived[shop] - seen[shop]
            delays.append(Delay(1000 * from_due, 1000 * from_seen))
    return delays


def first_answers(calls: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """When each shop answered first."""
    first: dict[str, float] = {}
    for call in calls:
        if call["action"] == "getproducts":
            first.setdefault(call["shop"], call["answered_at"])
    return first


def arrivals(remote: RemoteWorld, hook: str, since: float) -> dict[str, float]:
    """When a webhook told of each website for the first time."""
    first: dict[str, float] = {}
    for message in remote.messages("webhook", hook, since):
        for website in websites_of(json.loads(message["text"])):
            first.setdefault(website, message["at"])
    return first


def websites_of(body: Mapping[str, Any]) -> Iterator[str]:
    """Names of the websites a webhook tells of."""
    data = body["data"]
    for event in data.get("events", [body]):
        yield event["data"]["website"]["name"]
