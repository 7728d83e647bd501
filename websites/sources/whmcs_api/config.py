"""What the WHMCS API needs to know, and where its address is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from common.plugin import ConfigField
from websites.sources.values import clean_currency

API_PATH = "/includes/api.php"


FIELDS = (
    ConfigField(
        "identifier",
        "API identifier",
        help="Made in WHMCS under Configuration > System Settings > Manage API Credentials.",
        is_required=True,
    ),
    ConfigField(
        "secret",
        "API secret",
        help="Shown once by WHMCS together with the identifier.",
        is_secret=True,
        is_required=True,
    ),
    ConfigField(
        "accesskey",
        "API access key",
        help="Only if $api_access_key is set in the shop's configuration.php: it replaces the "
        "list of allowed addresses.",
        is_secret=True,
    ),
    ConfigField(
        "currency",
        "Currency of prices",
        help="Code of a currency of the shop. Empty: the first one it lists.",
        clean=clean_currency,
    ),
)


@dataclass(frozen=True, slots=True)
class WhmcsConfig:
    root: str
    """Address of the shop without a slash at its end."""
    identifier: str
    secret: str = field(repr=False)
    accesskey: str = field(default="", repr=False)
    currency: str = ""

    @property
    def api_url(self) -> str:
        return self.root + API_PATH

    @classmethod
    def of(cls, url: str, values: Mapping[str, Any]) -> WhmcsConfig:
        names = ("identifier", "secret", "accesskey", "currency")
        return cls(shop_root(url), *(str(values.get(name) or "") for name in names))


def shop_root(url: str) -> str:
    """The root of the shop, whatever page of it a person copied from the browser.

    Takes the root itself, a page in it (cart.php, index.php?rp=...), the admin area, or api.php.
    """
    address = re.split(r"[?#]", url.strip(), maxsplit=1)[0]
    address = re.sub(r"/[^/]+\.php(/.*)?$", "", address).rstrip("/")
    address = re.sub(r"(?<=[^/:])/includes$", "", address)
    return re.sub(r"(?<=[^/:])/admin$", "", address).rstrip("/")
