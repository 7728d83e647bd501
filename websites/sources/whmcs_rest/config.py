"""What the REST API of WHMCS needs to know, and where its addresses are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.plugin import ConfigField
from websites.sources.values import clean_currency

BASES = ("/api/v2", "/index.php/api/v2", "/index.php?rp=/api/v2")
"""The three routing modes of WHMCS, in the order they are tried; one of them is active."""

PRODUCTS_PATH = "/store/products"
PAGE_SIZE = 500
"""The most that WHMCS gives at once."""


def _base_path(value: str) -> str:
    if not re.fullmatch(r"/[A-Za-z0-9_.~?=&/-]{1,199}", value) or "//" in value or ".." in value:
        raise ValueError("Must be a path below the shop, such as /index.php?rp=/api/v2.")
    return value.rstrip("/")


FIELDS = (
    ConfigField(
        "base_path",
        "Path of the REST API",
        help="Empty: found by itself. Only for a shop that routes it in a way of its own; the three "
        "of WHMCS are /api/v2, /index.php/api/v2 and /index.php?rp=/api/v2.",
        clean=_base_path,
    ),
    ConfigField(
        "currency",
        "Currency of prices",
        help="Code of a currency of the shop. Empty: the first one it lists.",
        clean=clean_currency,
    ),
)


@dataclass(frozen=True, slots=True)
class RestConfig:
    root: str
    """Address of the shop without a slash at its end."""
    currency: str = ""
    base_path: str = ""

    @property
    def bases(self) -> tuple[str, ...]:
        """Where the API may be, in the order it is looked for."""
        return (self.base_path,) if self.base_path else BASES

    @classmethod
    def of(cls, url: str, values: Mapping[str, Any]) -> RestConfig:
        names = ("currency", "base_path")
        return cls(shop_root(url), *(str(values.get(name) or "") for name in names))

    def page_url(self, base: str, page: int) -> str:
        """`base` is one of `bases`; with rp= it is a query already."""
        joint = "&" if "?" in base else "?"
        return f"{self.root}{base}{PRODUCTS_PATH}{joint}page={page}&page_size={PAGE_SIZE}"


def shop_root(url: str) -> str:
    """The root of the shop, whatever page of it a person copied from the browser.

    /store may be a route of WHMCS or the folder it lives in: where a .php follows, it is a folder.
    """
    address = re.split(r"[?#]", url.strip(), maxsplit=1)[0]
    root = re.sub(r"/[^/]+\.php(/.*)?$", "", address).rstrip("/")
    routes = "includes|admin" if root != address.rstrip("/") else "includes|admin|store|api/v2"
    return re.sub(rf"(?<=[^/:])/({routes})(/.*)?$", "", root).rstrip("/")
