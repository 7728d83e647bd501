"""Calls a fake shop as a client of the External API does."""

from __future__ import annotations

from typing import Any

import requests

from demo.whmcs import Shop


def call(shop: Shop, action: str = "GetProducts", **params: str) -> requests.Response:
    """POSTs with the shop's credentials; a parameter given as "" is left out."""
    fields = {**shop.credentials, "action": action, "responsetype": "json", **params}
    data = {key: value for key, value in fields.items() if value}
    return requests.post(shop.api_url, data=data, timeout=5, allow_redirects=False)


def products(shop: Shop, **params: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call(shop, **params).json()["products"]["product"]
    return found
