"""Pages of fake shops, without a network: what a visitor of `demo.storefront` gets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from demo.journal import Journal
from demo.server import Request
from demo.storefront import Storefront
from demo.whmcs import Shop
from websites.sources.base import Availability
from websites.sources.whmcs_storefront.page import read_page
from websites.sources.whmcs_storefront.result import Answer, Item, Page

DATA = Path(__file__).parents[2] / "data" / "whmcs_storefront"
ROOT = "https://shop.example"
STOCKS: dict[int, int | None] = {11: 0, 12: 1, 13: 5, 14: 250, 15: -2, 16: None}
"""Product id -> stock, every case there is; None = stock control is off."""

TRAP_NAMES = {
    "plain": "VPS {pid}",
    "words": "Out of Stock {pid} - 0 Available",
    "markup": 'VPS {pid} <b>5 Available</b> <span class="badge">Out of Stock</span>',
    "entities": "VPS &amp; {pid} &lt;span class=&quot;qty&quot;&gt;7 Available&lt;/span&gt;",
}
TRAP_NAMES["options"] = "VPS {pid} (Out of Stock soon)"
TRAP_TEXTS = {
    "plain": "One core",
    "words": "0 Available, Out of Stock, Agotado",
    "markup": '<span class="qty">9 Available</span> <em>(0 Available)</em> '
    '<span class="badge">Out of Stock</span> <a href="cart.php?a=add&pid=99">Order Now</a>',
    "entities": "&lt;em&gt;(0 Available)&lt;/em&gt; Out&nbsp;of&nbsp;Stock",
    "options": '<select name="configoption[1]"><option>Out of Stock</option><option>0 Available'
    '</option></select> <label><input type="radio" name="configoption[2]" disabled> Out of Stock'
    "</label> <strong>Sold Out</strong> <button disabled>Unavailable</button>",
}


def open_shop(
    *, stocks: dict[int, int | None] | None = None, trap: str = "plain", **look: Any
) -> Shop:
    shop = Shop("shop", ROOT, Journal())
    for pid, stock in (STOCKS if stocks is None else stocks).items():
        shop.add_product(
            pid,
            TRAP_NAMES[trap].format(pid=pid),
            stock=stock,
            description=TRAP_TEXTS[trap],
            slug=f"vps-{pid}",
            prices={"USD": {"monthly": f"{pid}.50", "msetupfee": "1.00"}},
        )
    shop.configure(**look)
    return shop


def page_of(shop: Shop, target: str = "cart.php?gid=1", cookie: str = "") -> Answer:
    """One page as it comes from the shop; redirects are left to the caller."""
    path, _, query = target.partition("?")
    headers = {"cookie": cookie} if cookie else {}
    reply = Storefront(shop).answer(Request("GET", path, query, headers), path)
    url = f"{ROOT}/shop/{target}"
    return Answer(reply.body, url, url, reply.status, dict(reply.headers))


def read(shop: Shop, target: str = "cart.php?gid=1") -> Page:
    return read_page(page_of(shop, target))


def read_html(html: str, *, asked: str = "", url: str = "", status: int = 200) -> Page:
    return read_page(Answer(html.encode(), asked, url, status, {}))


def by_key(page: Page) -> dict[str, Item]:
    return {item.ref.key: item for item in page.items if item.ref is not None}


def claims(page: Page) -> dict[str, tuple[Availability, int | None]]:
    """What a page says for sure, by product."""
    return {
        key: item.stock
        for key, item in by_key(page).items()
        if item.availability is not Availability.UNKNOWN
    }
