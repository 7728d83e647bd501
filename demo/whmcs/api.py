"""`/{shop}/includes/api.php` of every shop in the world."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from typing import Any

from demo.journal import Call, Journal
from demo.server import PLAIN, Reply, Request
from demo.storefront import Storefront
from demo.whmcs.answers import currencies_body, details_body, products_body
from demo.whmcs.faults import FAULTS
from demo.whmcs.formats import error_body, html_reply, in_format
from demo.whmcs.rest import REST, rest_reply, route_of
from demo.whmcs.shop import Shop

PATH = "includes/api.php"
PHP_HEADERS = (
    ("Expires", "Thu, 19 Nov 1981 08:52:00 GMT"),
    ("Cache-Control", "no-store, no-cache, must-revalidate"),
    ("Pragma", "no-cache"),
)
BODIES: dict[str, Callable[[Shop, dict[str, str]], bytes]] = {
    "getproducts": products_body,
    "whmcsdetails": lambda shop, _: details_body(shop),
    "getcurrencies": lambda shop, _: currencies_body(shop),
}
NOT_A_PAGE = "<h1>404</h1><p>There is no such shop. <a href='/'>Back</a></p>"
STORE = "store"
"""The action under which requests to the pages of a shop are counted and disturbed."""


class ApiServer:
    """Keeps the shops by name and answers for them."""

    def __init__(self, base_url: str, journal: Journal) -> None:
        self.base_url = base_url
        self.journal = journal
        self.shops: dict[str, Shop] = {}
        self.fronts: dict[str, Storefront] = {}
        self._lock = threading.Lock()

    def shop(self, name: str) -> Shop:
        """The shop of that name, opened when it is new."""
        with self._lock:
            if name not in self.shops:
                self.shops[name] = Shop(name, f"{self.base_url}/{name}", self.journal)
            return self.shops[name]

    def close(self, name: str) -> None:
        with self._lock:
            self.shops.pop(name, None)
            self.fronts.pop(name, None)

    def clear(self) -> None:
        with self._lock:
            self.shops.clear()
            self.fronts.clear()

    def answer(self, request: Request, name: str, path: str) -> Reply:
        shop = self.shops.get(name)
        if shop is None:
            return html_reply(404, NOT_A_PAGE)
        if route := route_of(request, path, shop.look.folder):
            call = self.journal.begin(name, REST)
            call.version = shop.version
            request.finish = lambda: self.journal.end(call)
            return self._disturbed(shop, request, call, rest_reply(shop, *route, request))
        if path != PATH:
            return self._show(shop, request, path)
        # Only the body counts: credentials in the address of a GET are not read.
        params = request.form() if request.method == "POST" else {}
        call = self.journal.begin(name, params.get("action", "").lower())
        request.finish = lambda: self.journal.end(call)
        return self._answer(shop, request, params, call)

    def _show(self, shop: Shop, request: Request, path: str) -> Reply:
        """A page of the storefront; no action of the API, so faults of actions pass it by."""
        call = self.journal.begin(shop.name, STORE)
        call.version = shop.version
        request.finish = lambda: self.journal.end(call)
        with self._lock:
            front = self.fronts.setdefault(shop.name, Storefront(shop))
        return self._disturbed(shop, request, call, front.answer(request, path))

    def _answer(self, shop: Shop, request: Request, params: dict[str, str], call: Call) -> Reply:
        call.version = shop.version
        return self._disturbed(shop, request, call, _clean(shop, params, request.client))

    def _disturbed(self, shop: Shop, request: Request, call: Call, reply: Reply) -> Reply:
        """What is really sent: the clean reply, or what a fault makes of it."""
        call.outcome = "ok" if reply.status < 400 else "error"
        step = shop.script.take(call.action)
        if step is not None:
            call.outcome = f"fault:{step.name}"
            reply = FAULTS[step.name](reply, _with_host(step.options, request))
        call.status, call.size = reply.status, len(reply.body)
        return reply


def _clean(shop: Shop, params: dict[str, str], client: str) -> Reply:
    """The answer of a shop where nothing goes wrong."""
    action = params.get("action", "").lower()
    refusal = shop.access.refusal(params, client)
    if refusal is None and not _knows(shop, action):
        refusal = 400, "Action not found"
    if refusal is None:
        status, body = 200, BODIES[action](shop, params)
    else:
        status, body = refusal[0], error_body(refusal[1], shop.style.error_key)
    body, content_type = in_format(body, params.get("responsetype", "nvp").lower(), action)
    cookie = ("Set-Cookie", f"WHMCS{shop.name}={secrets.token_hex(13)}; path=/; HttpOnly")
    return Reply(status, body, content_type, (*PHP_HEADERS, cookie), PLAIN)


def _knows(shop: Shop, action: str) -> bool:
    return action in BODIES and (action != "whmcsdetails" or shop.style.rules.has_details)


def _with_host(options: dict[str, Any], request: Request) -> dict[str, Any]:
    """A redirect without an address goes to the same world under another host name."""
    if "location" in options:
        return options
    port = request.headers.get("host", "").partition(":")[2]
    return {"location": f"http://localhost:{port}/elsewhere/api.php", **options}
