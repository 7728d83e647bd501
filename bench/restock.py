"""1,000 products of 20 websites come back at once: when the last of three channels has been told."""

from __future__ import annotations

import time
from typing import Any

from bench.findings import Finding, share
from bench.lab import Lab
from bench.shops import RARELY, open_channel, open_shops, shop_names
from bench.system import Drive, Here, product, wait_until

KINDS = ("webhook", "telegram", "mail")
ARRIVES_WITHIN = 60.0


def measure(lab: Lab) -> list[Finding]:
    if lab.size == "tiny":
        return restocked(lab, Here())
    with product(lab) as queue:
        return restocked(lab, queue)


def restocked(lab: Lab, drive: Drive) -> list[Finding]:
    shops, products = lab.pick(20, 20, 2), lab.pick(50, 50, 3)
    ids = open_shops(lab.remote, name="empty", shops=shops, products=products, **RARELY)
    names = shop_names("empty", shops)
    chat = lab.remote.get("state")["telegram"]["chat_id"]
    open_channel("webhook", "hook", {"url": f"{lab.remote.base_url}/hooks/restock"})
    open_channel("telegram", "chat", {"chat_id": str(chat)})
    open_channel("email", "mail", {"to": ["restock@shop.example"]})
    Here().poll(ids)
    spans, last = [], []
    for number in range(lab.pick(3, 1, 1)):
        _stock(lab, names, products, 0)
        drive.poll(ids)
        _last_message(lab)
        time.sleep(0.5)
        since = time.time()
        _stock(lab, names, products, 10 + number)
        drive.poll(ids)
        spans.append(_last_message(lab) - since)
        seen = min(call["answered_at"] for call in lab.remote.calls(since))
        last.append(since + spans[-1] - seen)
    note = f"{len(spans)} times, {len(_told(lab))} messages by {len(KINDS)} channels in all"
    return [
        Finding(
            f"{shops * products:,} restocks at once, due to last message",
            share(spans, 0.5),
            "s",
            at_most=3,
            note=note,
        ),
        Finding("The same, from the first answer that showed one", share(last, 0.5), "s"),
    ]


def _stock(lab: Lab, names: list[str], products: int, stock: int) -> None:
    lab.remote.post(
        "stock", {shop: {str(pid): stock for pid in range(1, products + 1)} for shop in names}
    )


def _last_message(lab: Lab) -> float:
    """When the last one came. Raises TimeoutError when something stays owed."""
    from monitoring.models import MonitorHistory
    from notifications.models import NotificationLog

    owed = NotificationLog.objects.filter(status__in=["pending", "sending"])
    unplanned = MonitorHistory.objects.unplanned()
    wait_until(
        lambda: not unplanned.exists() and not owed.exists(), ARRIVES_WITHIN, "the last message"
    )
    return max(float(message["at"]) for message in _told(lab))


def _told(lab: Lab) -> list[dict[str, Any]]:
    return [message for kind in KINDS for message in lab.remote.messages(kind)]
