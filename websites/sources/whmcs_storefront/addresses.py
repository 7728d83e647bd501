"""Pure: what the addresses of a WHMCS shop name: a product, a group, the shop itself.

Every poll meets the same links again, so the answers are kept.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs, urljoin, urlsplit

from websites.sources.whmcs_storefront.kept import kept

_NUMBER = re.compile(r"[1-9][0-9]{0,9}")
_SLUG = r"[^/?#&\s\"'<>]{1,120}"
_STORE = re.compile(rf"(?:^|/)store(?:/({_SLUG}))?(?:/({_SLUG}))?/?$")
_OUTSIDE = frozenset({"addons", "renewals", "domains", "domain", "cart"})


class ProductRef(NamedTuple):
    """One of pid, bid (bundle), slug ("group/product", WHMCS 8.3 and later)."""

    pid: str = ""
    bid: str = ""
    slug: str = ""

    @property
    def key(self) -> str:
        """As products are named here: 12, b12, slug:group/product."""
        if self.pid:
            return self.pid
        return f"b{self.bid}" if self.bid else f"slug:{self.slug}"


class GroupRef(NamedTuple):
    gid: str = ""
    slug: str = ""

    @property
    def key(self) -> str:
        return self.gid or self.slug


def _split(address: str) -> tuple[str, dict[str, list[str]]] | None:
    """(route path, query) of an address; None when it cannot be read."""
    try:
        parts = urlsplit(address.strip())
        query = parse_qs(parts.query, keep_blank_values=True, max_num_fields=60)
    except ValueError:
        return None
    if parts.scheme not in ("", "http", "https"):
        return None
    return (query["rp"][-1] if "rp" in query else parts.path), query


def _last(query: dict[str, list[str]], name: str) -> str:
    return query.get(name, [""])[-1]


@kept(8192)
def product_ref(address: str) -> ProductRef | None:
    """The product that an order link (or any address of it) names."""
    split = _split(address)
    if split is None:
        return None
    path, query = split
    if _last(query, "a") == "add":
        pid, bid = _last(query, "pid"), _last(query, "bid")
        if _NUMBER.fullmatch(pid):
            return ProductRef(pid=pid)
        return ProductRef(bid=bid) if _NUMBER.fullmatch(bid) else None
    found = _STORE.search(path)
    if found and found[1] and found[2]:
        return ProductRef(slug=f"{found[1]}/{found[2]}")
    return None


@kept(2048)
def group_ref(address: str) -> GroupRef | None:
    """The group that an address lists; None for the pages of add-ons, renewals and domains."""
    split = _split(address)
    if split is None:
        return None
    path, query = split
    gid = _last(query, "gid")
    if _NUMBER.fullmatch(gid) and not _last(query, "a"):
        return GroupRef(gid=gid)
    found = _STORE.search(path)
    if found and found[1] and not found[2] and found[1].lower() not in _OUTSIDE:
        return GroupRef(slug=found[1])
    return None


def action_of(address: str) -> str:
    """The `a` of a cart address: add, view, confproduct, ..."""
    split = _split(address)
    return _last(split[1], "a") if split else ""


def is_login(address: str) -> bool:
    split = _split(address)
    if split is None:
        return False
    path = split[0].rstrip("/")
    return path.endswith(("/login", "/login.php", "/clientarea.php", "/dologin.php"))


@kept(8192)
def absolute(address: str, base: str) -> str:
    """A link of a page as a full address; "" when it leads nowhere a browser could go."""
    try:
        full = urljoin(base, address.strip())
        parts = urlsplit(full)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc or len(full) > 500:
        return ""
    return full


def shop_root(address: str) -> str:
    """The root of the shop without a slash at its end, from the address of any of its pages."""
    bare = re.split(r"[?#]", address.strip(), maxsplit=1)[0]
    bare = re.sub(r"/[^/]+\.php(/.*)?$", "", bare)
    bare = re.sub(rf"/store(/{_SLUG}){{0,2}}/?$", "", bare)
    return bare.rstrip("/")
