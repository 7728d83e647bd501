"""A thousand polls of a shop whose every third page is a block, a wall, a part, another language or
another look: nothing false is told, and every true change is."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from django.utils import timezone

from demo.world import World
from monitoring.models import Monitor, MonitorHistory
from monitoring.services import polling
from monitoring.services.importing import products_import
from tests.factories import make_website
from websites.models import HostBudget

pytestmark = [pytest.mark.django_db, pytest.mark.integration, pytest.mark.bulk, pytest.mark.once]

POLLS = 1000
GROUPS = {1: "vps", 2: "storage", 3: "metal"}
WALLS = ("login_wall", "cloudflare", "rate_limit_page", "maintenance_page", "waf_wait",
         "cloudflare_1020", "ip_banned", "page_not_found", "php_error", "empty", "truncated",
         "store_not_found", "html", "text")  # fmt: skip
LOOKS = (
    "legacy_modern",
    "legacy_boxes",
    "premium_comparison",
    "supreme_comparison",
    "cloud_slider",
)
LANGUAGES = ("german", "russian", "chinese", "arabic")
AMOUNTS = (None, -1, 0, 0, 1, 2, 5, 40)


@pytest.fixture
def shop():
    with World() as world:
        shop = world.shop("front")
        for pid in range(1, 16):
            gid = pid % 3 + 1
            shop.add_product(pid, f"Plan {pid}", stock=3, gid=gid, group=GROUPS[gid], price="3.50")
        yield shop


def available(stock):
    return stock is None or stock > 0


def expected(before, after):
    """The event of a step as people would call it, by the words of the contract."""
    if available(before) != available(after):
        return "restocked" if available(after) else "sold_out"
    if before is None or after is None:
        return "stock_control_changed" if before != after else None
    if available(after) and before != after:
        return "stock_increased" if after > before else "stock_decreased"
    return None


class Shopper:
    """Changes the shop at random and keeps its own account of what must be told."""

    def __init__(self, shop, seed):
        self.shop = shop
        self.random = random.Random(seed)
        self.seen = {pid: product.stock for pid, product in shop.products.items()}
        self.told: Counter[tuple[str, str]] = Counter()

    def move(self):
        pids = self.random.sample(sorted(self.seen), self.random.choice((0, 0, 1, 2)))
        self.shop.set_stocks({pid: self.random.choice(AMOUNTS) for pid in pids})

    def account(self):
        for pid, product in self.shop.products.items():
            event = expected(self.seen[pid], product.stock)
            if event:
                self.told[str(pid), event] += 1
            self.seen[pid] = product.stock

    def disturb(self):
        """Returns how to undo it, and whether such a page may be believed."""
        kind = self.random.choice(("wall", "wall", "look", "language", "part", "cut"))
        if kind == "wall":
            undo = self.shop.fault(self.random.choice(WALLS), times=None, action="store")
            return undo, False
        if kind == "cut":
            undo = self.shop.fault("truncated", times=1, action="store")
            return undo, False
        if kind == "look":
            self.shop.configure(order_form=self.random.choice(LOOKS))
            return lambda: self.shop.configure(order_form="standard_cart"), False
        if kind == "part":
            gone = self.random.sample(sorted(self.shop.products), self.random.choice((5, 9)))
            kept = {pid: self.shop.products[pid] for pid in gone}
            self.shop.remove(*gone)
            return lambda: self.shop.products.update(kept), False
        self.shop.configure(language=self.random.choice(LANGUAGES))
        return lambda: self.shop.configure(language="english"), True


def test_a_thousand_disturbed_polls_tell_nothing_false_and_everything_true(shop, settings):
    settings.HOST_MIN_GAP_SECONDS = 0
    settings.FLAP_FLIPS = 0  # so many flips within minutes would be told as flapping
    website = make_website(source="whmcs_storefront", url=shop.url, credentials={})
    products_import(website=website)
    Monitor.objects.update(notify_on_price=True)
    shopper = Shopper(shop, seed=20261121)
    poll(website)
    for number in range(POLLS):
        shopper.move()
        undo, is_good = shopper.disturb() if number % 3 == 2 else (lambda: None, True)
        poll(website)
        undo()
        if is_good:
            shopper.account()
    poll(website)
    shopper.account()
    found = Counter(
        MonitorHistory.objects.filter(monitor__isnull=False).values_list(
            "monitor__product_id", "event_type"
        )
    )
    assert found == shopper.told
    assert sum(found.values()) > 500
    facts = MonitorHistory.objects.exclude(event_type__startswith="alert_")
    loose = facts.filter(monitor__isnull=True)
    assert set(loose.values_list("event_type", flat=True)) <= {
        "website_unreachable",
        "website_recovered",
        "snapshot_quarantined",
    }
    truth = {str(pid): product.stock for pid, product in shop.products.items()}
    assert dict(Monitor.objects.values_list("product_id", "quantity")) == truth


def poll(website):
    HostBudget.objects.update(next_at=timezone.now())  # the shop is not asked less: that is tested
    polling.cycle_now(website_ids=[website.pk])
