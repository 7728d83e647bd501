"""One real stock change through all of it: fake shop, ticker, queue, database, three receivers."""

from __future__ import annotations

import pytest

from demo.telegram import CHAT_ID
from tests.e2e.conftest import eventually

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

CHANNELS = {
    "telegram": {"chat_id": str(CHAT_ID)},
    "email": {"to": ["ops@example.com"]},
    "webhook": None,
}
KINDS = {"telegram": "telegram", "email": "mail", "webhook": "webhook"}


def _set_up(product, world, shop):
    website = product.api(
        "POST",
        "websites/",
        {
            "name": "Alpha",
            "source": "whmcs_api",
            "website_url": shop.url,
            "api_identifier": shop.credentials["identifier"],
            "api_secret": shop.credentials["secret"],
            "poll_interval": 5,
        },
        201,
    )
    assert product.api("POST", f"websites/{website['id']}/check/")["ok"]
    monitor = product.api(
        "POST",
        "monitors/",
        {"website": website["id"], "product_id": 1, "notify_on_purchase": True},
        201,
    )
    for kind, config in CHANNELS.items():
        channel = product.api(
            "POST",
            "channels/",
            {"name": kind, "kind": kind, "config": config or {"url": world.webhook_url("ops")}},
            201,
        )
        product.api("POST", "subscriptions/", {"channel": channel["id"], "events": ["*"]}, 201)
    return website, monitor


def test_fall_sell_out_and_restock_arrive_once_in_every_channel(product, world):
    shop = world.shop("alpha")
    shop.add_product(1, "VPS S", stock=5)
    product.start()
    website, monitor = _set_up(product, world, shop)
    path = f"monitors/{monitor['id']}/"
    eventually(lambda: product.api("GET", path)["quantity"] == 5, what="the baseline")
    assert world.messages() == []

    for count, (number, event_type) in enumerate(
        ((3, "stock.purchased"), (0, "stock.sold_out"), (7, "stock.restocked")), start=1
    ):
        shop.set_stock(1, number)
        for kind in KINDS.values():
            world.wait(count, kind, timeout=20)
        assert world.messages("webhook")[-1].json()["type"] == event_type

    for kind in KINDS.values():
        assert len(world.messages(kind)) == 3, kind
    history = product.api("GET", f"{path}history/?ordering=id")["results"]
    assert [row["event_type"] for row in history] == ["stock_decreased", "sold_out", "restocked"]
    notifications = product.api("GET", "notifications/")["results"]
    assert {row["status"] for row in notifications} == {"sent"}
    assert len(notifications) == 9
    runs = product.api("GET", f"poll-runs/?website={website['id']}")["results"]
    assert sum(run["changes"] for run in runs) == 4
    assert shop.peak_in_flight == 1
    assert product.stop() == 0
