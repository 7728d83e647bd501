"""Many shops that note what they served, and a product that watches them."""

from __future__ import annotations

import json
import random
import time
from contextlib import suppress

import requests

from demo.server import Reply, Request
from demo.world import World
from tests.chaos.auditor import Came, Product, Served
from tests.e2e.conftest import Product as Installation

QUIET = {"FLAP_FLIPS": "0", "TELEGRAM_BOT_TOKEN": ""}
"""Every flip is told: flap control would keep some from receivers. No bot: nobody writes to it."""

HOOKS = ("ops", "audit")
"""Receivers; each of them wants everything."""


class WatchedWorld(World):
    """A world that keeps what each answer said about stock."""

    def __init__(self) -> None:
        self.served: list[Served] = []
        super().__init__()

    def _answer(self, request: Request) -> Reply:
        at = time.time()
        reply = super()._answer(request)
        shop, _, path = request.path.strip("/").partition("/")
        if path == "includes/api.php" and reply.status == 200:
            with suppress(ValueError, KeyError, TypeError):
                self.served.append(Served(shop, at, stocks_of(reply.body)))
        return reply

    def sell(self, dice: random.Random) -> None:
        """Another number in one product; sometimes none are left."""
        shop = self.shop(dice.choice(sorted(self.whmcs.shops)))
        pid = dice.choice(sorted(shop.products))
        shop.set_stock(pid, 0 if dice.random() < 0.15 else dice.randrange(1, 5000))

    def stocks(self) -> dict[Product, int | None]:
        """What there is."""
        return {
            (name, pid): product.stock
            for name, shop in self.whmcs.shops.items()
            for pid, product in shop.products.items()
        }

    def dawdle(self) -> None:
        """Shops and receivers take their time, so that a kill meets polls and messages under way."""
        for shop in self.whmcs.shops.values():
            shop.fault("delay", times=None, seconds=0.15)
        for hook in HOOKS:
            step = {"status": 200, "delay_seconds": 0.1}
            self.webhooks.script(hook, [step], is_sticky=True)

    def came(self) -> list[Came]:
        found = self.messages("webhook")
        return [Came(one.subject, one.at, one.status == 200) for one in found]


def stocks_of(body: bytes) -> dict[int, int]:
    """Product id -> stock. Raises ValueError, KeyError or TypeError for an answer without any."""
    rows = json.loads(body)["products"]["product"]
    return {int(row["pid"]): int(row["quantity_available"]) for row in rows}


def open_shops(
    installation: Installation, world: WatchedWorld, names: list[str], products: int
) -> dict[Product, int | None]:
    """Watches `products` of each shop and subscribes the receivers; returns what there is."""
    for hook in HOOKS:
        config = {"url": world.webhook_url(hook)}
        body = {"name": hook, "kind": "webhook", "config": config}
        channel = installation.api("POST", "channels/", body, 201)["id"]
        installation.api("POST", "subscriptions/", {"channel": channel, "events": ["*"]}, 201)
    known: dict[Product, int | None] = {}
    for name in names:
        shop = world.shop(name)
        for pid in range(1, products + 1):
            shop.add_product(pid, f"VPS {pid}", stock=100 + pid)
            known[name, pid] = 100 + pid
        website = {
            "name": name,
            "source": "whmcs_api",
            "website_url": shop.url,
            "api_identifier": shop.credentials["identifier"],
            "api_secret": shop.credentials["secret"],
            "poll_interval": 5,
        }
        number = installation.api("POST", "websites/", website, 201)["id"]
        for pid in range(1, products + 1):
            monitor = {"website": number, "product_id": pid, "notify_on_purchase": True}
            installation.api("POST", "monitors/", monitor, 201)
    return known


def poll_all(installation: Installation) -> bool:
    """Makes every website due. False while the web server does not answer."""
    with suppress(requests.RequestException, AssertionError):
        installation.api("POST", "cycle/", {"all": True}, 202)
        return True
    return False
