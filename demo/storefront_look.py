"""How a shop shows itself: order form, generation of its templates, language, links."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote

from demo.storefront_strings import WORDS

if TYPE_CHECKING:
    from demo.whmcs.catalogue import Product
    from demo.whmcs.shop import Shop

LINKS = {"friendly": "/store/", "index": "/index.php/store/", "rp": "/index.php?rp=/store/"}
VERSIONS = ("6.3", "7.10", "8.1", "8.3", "8.12", "9.0")


@dataclass(slots=True)
class Look:
    """The switches of one storefront."""

    order_form: str = "standard_cart"
    version: str = "8.12"
    language: str = "english"
    links: str = "friendly"
    """From 8.3 on: "friendly", "index", "rp", or "cart" for links with a pid."""
    folder: str = ""
    """The shop lives in a sub-folder, for example "billing"."""
    bundles: list[tuple[int, str, int]] = field(default_factory=list)
    """(bid, name, gid)."""
    empty_groups: list[tuple[int, str, str]] = field(default_factory=list)
    """(gid, name, slug) of groups without products."""
    theme: str = "twenty-one"
    needs_domain: set[int] = field(default_factory=set)
    """Products that ask for a domain before anything else."""
    is_preview_allowed: bool = True
    """`carttpl` and `systpl` in an address are followed."""
    tail: str = ""
    """Text that differs on every page, as tokens do."""

    @property
    def number(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.version.split("."))

    @property
    def has_pid_ids(self) -> bool:
        return self.number >= (8, 3)

    @property
    def shows_zero(self) -> bool:
        return self.number >= (8, 0)

    @property
    def is_friendly(self) -> bool:
        return self.has_pid_ids and self.links != "cart"

    def words(self, language: str = "") -> tuple[str, str]:
        return WORDS[language or self.language]


@dataclass(frozen=True, slots=True)
class GroupRow:
    gid: int
    name: str
    slug: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One product or bundle on a group page. `stock` None = stock control is off."""

    name: str
    pid: int = 0
    bid: int = 0
    stock: int | None = None
    slug: str = ""
    group: str = ""
    description: str = ""
    price: str = ""
    is_free: bool = False
    setup_fee: str = ""


def web_root(shop: Shop) -> str:
    """Path of the shop on its host: the place in the fake world, and the folder."""
    folder = shop.look.folder.strip("/")
    return f"/{shop.name}/{folder}" if folder else f"/{shop.name}"


def groups_of(shop: Shop) -> list[GroupRow]:
    """Groups with a visible product, then the empty ones; in the order of their ids."""
    rows: dict[int, GroupRow] = {}
    for product in shop.products.values():
        if is_listed(product) and product.gid not in rows:
            name = product.group.replace("-", " ").upper()
            rows[product.gid] = GroupRow(product.gid, name, _slug(shop, product.gid))
    for gid, name, slug in shop.look.empty_groups:
        rows.setdefault(gid, GroupRow(gid, name, slug))
    for _, _, gid in shop.look.bundles:
        rows.setdefault(gid, GroupRow(gid, f"GROUP {gid}", f"group-{gid}"))
    return [rows[gid] for gid in sorted(rows)]


def _slug(shop: Shop, gid: int) -> str:
    """Products of one group may still say different things while a test moves them."""
    named = [product.group for product in shop.products.values() if product.gid == gid]
    others = {p.group for p in shop.products.values() if p.gid < gid}
    return f"{named[0]}-{gid}" if named[0] in others else named[0]


def is_listed(product: Product) -> bool:
    return not product.is_hidden and not product.is_retired


def entries_of(shop: Shop, gid: int) -> list[Entry]:
    listed = [one for one in shop.products.values() if one.gid == gid and is_listed(one)]
    group = _slug(shop, gid) if listed else ""
    return [_entry(shop, product, group) for product in listed] + [
        Entry(name, bid=bid, slug=f"bundle-{bid}", group=f"group-{where}", price="19.00")
        for bid, name, where in shop.look.bundles
        if where == gid
    ]


def _entry(shop: Shop, product: Product, group: str) -> Entry:
    code = shop.style.currencies[0]
    cycles = product.prices.get(code) or next(iter(product.prices.values()), {})
    return Entry(
        product.name,
        pid=product.pid,
        stock=product.stock,
        slug=product.slug,
        group=group,
        description=product.description,
        price=cycles.get("monthly", ""),
        is_free=product.paytype == "free",
        setup_fee=cycles.get("msetupfee", ""),
    )


def group_url(shop: Shop, group: GroupRow) -> str:
    if shop.look.is_friendly:
        return f"{web_root(shop)}{LINKS[shop.look.links]}{quote(group.slug)}"
    return f"{web_root(shop)}/cart.php?gid={group.gid}"


def order_url(shop: Shop, entry: Entry) -> str:
    if shop.look.is_friendly:
        return f"{web_root(shop)}{LINKS[shop.look.links]}{quote(entry.group)}/{quote(entry.slug)}"
    what = f"bid={entry.bid}" if entry.bid else f"pid={entry.pid}"
    return f"{web_root(shop)}/cart.php?a=add&{what}"
