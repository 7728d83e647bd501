"""CPU time to read one group page of 60 KB, for every order form."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

from bench.findings import Finding
from demo.journal import Journal
from demo.server import Request
from demo.storefront import Storefront
from demo.storefront_forms import FORMS
from demo.whmcs import Shop
from websites.sources.whmcs_storefront.page import read_page
from websites.sources.whmcs_storefront.result import Answer

PAGE_BYTES = 60_000
GOAL_MS = 5.0
ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Figure:
    form: str
    products: int
    ms_cpu: float


def findings(rounds: int = ROUNDS) -> list[Finding]:
    """The dearest and the cheapest form; the median of many readings of the same page."""
    figures = sorted((_figure(form, rounds) for form in FORMS), key=lambda one: one.ms_cpu)
    return [
        Finding(
            f"{which} order form: one group page of 60 kB, {one.products} products",
            one.ms_cpu,
            "ms CPU",
            at_most=GOAL_MS,
            note=one.form,
        )
        for which, one in (("Cheapest", figures[0]), ("Dearest", figures[-1]))
    ]


def _figure(form: str, rounds: int) -> Figure:
    page = _page(form)
    spent = []
    for _ in range(rounds):
        started = time.process_time()
        found = read_page(page)
        spent.append(time.process_time() - started)
    return Figure(form, len(found.items), statistics.median(spent) * 1000)


def _page(form: str) -> Answer:
    """30 products whose descriptions fill the page, as people write them."""
    shop = Shop("bench", "http://shop.invalid", Journal())
    shop.configure(order_form=form, version="9.0")
    shop.add_products(30)
    bare = len(_body(shop))
    text = "<li><b>4 vCores</b> on <i>fast</i> disks, 0 Available elsewhere</li>\n"
    times = max((PAGE_BYTES - bare) // (30 * len(text)), 0)
    for number, pid in enumerate(shop.products):
        shop.update_product(pid, description=text * times, stock=number % 7 - 1)
    return Answer(_body(shop), url="http://shop.invalid/bench/cart.php?gid=1")


def _body(shop: Shop) -> bytes:
    return Storefront(shop).answer(Request("GET", "cart.php", "gid=1"), "cart.php").body
