"""`/{shop}/...` as visitors see it: groups, order links, carts in sessions, previews.

    world.shop("alpha").look.order_form = "legacy_boxes"     # or shop.configure(order_form=...)
    GET /alpha/cart.php · cart.php?gid=2 · store/vps · index.php?rp=/store/vps
    GET /alpha/cart.php?a=add&pid=5 -> the error page, or 302 to a=confproduct&i=0

Stock, names and groups are those of the API of the same shop.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING
from urllib.parse import unquote

from demo.server import Reply, Request, html_reply
from demo.storefront_forms import FORMS, Listing
from demo.storefront_look import (
    Entry,
    GroupRow,
    entries_of,
    group_url,
    groups_of,
    order_url,
    web_root,
)
from demo.storefront_pages import (
    bundle_expired_page,
    cart_page,
    choose_notice,
    chooser_of,
    configure_page,
    domain_page,
    home_page,
    menu_of,
    site_page,
    sold_out_page,
    whole_page,
)
from demo.storefront_strings import WORDS
from demo.storefront_themes import THEMES

if TYPE_CHECKING:
    from demo.whmcs.shop import Shop

ALL_FORMS = {**FORMS, **THEMES}
SYSTEM_THEMES = frozenset({"six", "twenty-one", "nexus"})
MAX_SESSIONS = 500


@dataclass(slots=True)
class Session:
    """What a visitor's cookie stands for."""

    cart: list[int] = field(default_factory=list)
    order_form: str = ""
    theme: str = ""
    language: str = ""
    currency: str = ""


class Storefront:
    """Answers for one shop; keeps its visitors' sessions."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.sessions: OrderedDict[str, Session] = OrderedDict()

    def answer(self, request: Request, path: str) -> Reply:
        """`path` is below the shop, query apart."""
        folder = self.shop.look.folder.strip("/")
        if folder:
            if not path:
                return html_reply(200, site_page(self.shop))
            if not path.startswith(folder):
                return html_reply(404, "<h1>404 Not Found</h1>")
            path = path.removeprefix(folder)
        key, session = self._session(request)
        params = request.params()
        with self.shop.lock:
            self._remember(session, params)
            reply = self._route(path.strip("/"), params, session)
        cookie = f"WHMCS{self.shop.name}={key}; path=/; HttpOnly"
        reply.headers = (*reply.headers, ("Set-Cookie", cookie))
        return reply

    def _session(self, request: Request) -> tuple[str, Session]:
        name = f"WHMCS{self.shop.name}"
        try:
            morsel = SimpleCookie(request.headers.get("cookie", "")).get(name)
        except CookieError:
            morsel = None
        key = morsel.value if morsel else ""
        if key not in self.sessions:
            key = secrets.token_hex(13)
            self.sessions[key] = Session()
            while len(self.sessions) > MAX_SESSIONS:
                self.sessions.popitem(last=False)
        return key, self.sessions[key]

    def _remember(self, session: Session, params: dict[str, str]) -> None:
        """Previews, language and currency stick to the session; unknown values are ignored."""
        look = self.shop.look
        if look.is_preview_allowed:
            if params.get("carttpl") in ALL_FORMS:
                session.order_form = params["carttpl"]
            if params.get("systpl"):
                session.theme = params["systpl"]
        if params.get("language") in WORDS:
            session.language = params["language"]
        chosen = params.get("currency", "")
        if chosen.isdecimal() and 0 < int(chosen) <= len(self.shop.style.currencies):
            session.currency = self.shop.style.currencies[int(chosen) - 1]

    def _route(self, path: str, params: dict[str, str], session: Session) -> Reply:
        if session.theme and session.theme not in SYSTEM_THEMES:
            return html_reply(200, "")
        route = path.removeprefix("index.php/")
        if path == "index.php" and params.get("rp"):
            route = params["rp"].strip("/")
        if route == "cart.php":
            return self._cart(params, session)
        if route.split("/")[0] == "store" and self.shop.look.has_pid_ids:
            return self._store([unquote(part) for part in route.split("/")[1:]], session)
        if path in ("", "index.php"):
            return html_reply(200, home_page(self.shop))
        return html_reply(404, "<h1>404 Not Found</h1>")

    def _store(self, parts: list[str], session: Session) -> Reply:
        groups = {group.slug: group for group in groups_of(self.shop)}
        if not parts:
            return self._listing(None, session)
        if parts[0] not in groups:
            return self._elsewhere()
        if len(parts) == 1:
            return self._listing(groups[parts[0]], session)
        for entry in entries_of(self.shop, groups[parts[0]].gid):
            if entry.slug == parts[1]:
                return self._add(entry, session)
        return self._elsewhere()

    def _cart(self, params: dict[str, str], session: Session) -> Reply:
        action = params.get("a", "")
        if action == "add" and ("pid" in params or "bid" in params):
            entry = self._entry(params)
            return self._add(entry, session) if entry else self._elsewhere()
        if action == "confproduct":
            return self._configure(params.get("i", ""), session)
        if action:
            held = [self._entry({"pid": str(pid)}) for pid in session.cart]
            return html_reply(200, cart_page(self.shop, [one for one in held if one]))
        wanted = params.get("gid", "")
        groups = groups_of(self.shop)
        chosen = next((group for group in groups if str(group.gid) == wanted), None)
        return self._listing(chosen or (groups[0] if groups and not wanted else None), session)

    def _elsewhere(self) -> Reply:
        """Unknown products and groups lead to the cart."""
        return html_reply(302, "", ("Location", f"{web_root(self.shop)}/cart.php"))

    def _entry(self, params: dict[str, str]) -> Entry | None:
        bid, pid = params.get("bid", ""), params.get("pid", "")
        for number, name, gid in self.shop.look.bundles:
            if str(number) == bid:
                return Entry(name, bid=number, group=f"group-{gid}")
        product = self.shop.products.get(int(pid)) if pid.isdecimal() else None
        if product is None or product.is_retired:
            return None
        return Entry(product.name, pid=product.pid, stock=product.stock)

    def _add(self, entry: Entry, session: Session) -> Reply:
        """Adding reserves nothing; the place in the cart is counted per session."""
        if entry.bid:
            return html_reply(200, bundle_expired_page(self.shop))
        if entry.stock is not None and entry.stock <= 0:
            return html_reply(200, sold_out_page(self.shop, self._language(session)))
        if entry.pid in self.shop.look.needs_domain:
            return html_reply(200, domain_page(self.shop, entry.pid))
        session.cart.append(entry.pid)
        where = f"{web_root(self.shop)}/cart.php?a=confproduct&i={len(session.cart) - 1}"
        return html_reply(302, "", ("Location", where))

    def _configure(self, index: str, session: Session) -> Reply:
        if not index.isdecimal() or int(index) >= len(session.cart):
            return self._elsewhere()
        product = self.shop.products[session.cart[int(index)]]
        page = configure_page(self.shop, int(index), product.name, product.description)
        return html_reply(200, page)

    def _language(self, session: Session) -> str:
        return session.language or self.shop.look.language

    def _listing(self, group: GroupRow | None, session: Session) -> Reply:
        look = self.shop.look
        entries = entries_of(self.shop, group.gid) if group else []
        currency = session.currency or self.shop.style.currencies[0]
        listing = Listing(
            look,
            self._language(session),
            currency,
            group.name if group else "",
            entries,
            [order_url(self.shop, entry) for entry in entries],
            menu_of(self.shop, group),
            chooser_of(self.shop, group),
            "" if group else choose_notice(),
            tuple((one.name, group_url(self.shop, one)) for one in groups_of(self.shop)),
        )
        body = ALL_FORMS[session.order_form or look.order_form](listing)
        return html_reply(200, whole_page(self.shop, listing.headline, body, currency))
