"""From the first answer that shows a change to the webhook at its receiver, durably stored between."""

from __future__ import annotations

import statistics
import time

from bench.lab import RemoteWorld
from bench.shops import open_shops

FLIPS = 60


def measure(remote: RemoteWorld) -> dict[str, float]:
    """Milliseconds: p50 and p95 over FLIPS flips of one product on an idle system."""
    from accounts.models import Team
    from monitoring.services.polling import cycle_now
    from notifications.services.channels import channel_create
    from notifications.services.subscriptions import subscription_create

    (website_id,) = open_shops(remote, name="flip", shops=1, products=50)
    channel, _ = channel_create(
        team=Team.objects.get(slug="bench"),
        name="hook",
        kind="webhook",
        config={"url": f"{remote.base_url}/hooks/bench"},
    )
    subscription_create(channel=channel, events=["*"], websites=[website_id])
    cycle_now(website_ids=[website_id])
    for number in range(FLIPS):
        remote.post("shops/flip/stock", {"1": number % 2 * 10})
        cycle_now(website_ids=[website_id])
    time.sleep(1)
    seen = _first_sights(remote)
    arrived = [message["at"] for message in remote.get("messages?kind=webhook&limit=1000")]
    delays = sorted(1000 * (at - max(t for t in seen if t <= at)) for at in arrived)
    if len(delays) < FLIPS:
        raise SystemExit(f"only {len(delays)} of {FLIPS} flips arrived")
    return {
        "p50": statistics.median(delays),
        "p95": delays[int(len(delays) * 0.95)],
        "count": len(delays),
    }


def _first_sights(remote: RemoteWorld) -> list[float]:
    """When each stock version was answered for the first time."""
    first: dict[int, float] = {}
    for call in remote.get("log?shop=flip&action=getproducts&limit=5000"):
        first.setdefault(call["version"], call["answered_at"])
    return sorted(first.values())
