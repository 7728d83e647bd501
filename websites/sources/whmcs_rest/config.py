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

FIELDS = (
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

    @classmethod
    def of(cls, url: str, values: Mapping[str, Any]) -> RestConfig:
        return cls(shop_root(url), str(values.get("currency") or ""))

    def page_url(self, base: str, page: int) -> str:
        """`base` is one of BASES; the third one is a query already."""
        joint = "&" if "?" in base else "?"
        return f"{self.root}{base}{PRODUCTS_PATH}{joint}page={page}&page_size={PAGE_SIZE}"


def shop_root(url: str) -> str:
    """The root of the shop, whatever page of it a person copied from the browser."""
    address = re.split(r"[?#]", url.strip(), maxsplit=1)[0]
    address = re.sub(r"/[^/]+\.php(/.*)?$", "", address).rstrip("/")
    return re.sub(r"(?<=[^/:])/(includes|admin|store|api/v2)(/.*)?$", "", address).rstrip("/")
