"""Pure: a saved page as an Answer, and a Page as JSON values, as `inspect_page` and the admin show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from websites.sources.whmcs_storefront.result import Answer, Item, Page

# Browsers and their extensions write down where a page came from.
_SAVED_FROM = re.compile(
    rb"<!--\s*(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url:)\s*(https?://[^\s<>]{1,500})",
    re.IGNORECASE,
)
MEANINGS = {
    "product": "The product can be ordered.",
    "sold_out": "The product is sold out.",
    "blocked": "A firewall answered, not the shop.",
    "login": "The shop asks to log in.",
    "rate_limited": "The shop asks to be read less often.",
    "maintenance": "The shop is down for maintenance.",
    "not_found": "The shop has no such page.",
    "error": "The shop answered with an error.",
    "unknown": "Nothing on this page tells about stock.",
}
"""What a page without a list of products means."""


def saved_answer(
    body: bytes, asked: str = "", *, url: str = "", status: int = 200, headers: Mapping[str, str]
) -> Answer:
    """A page that was saved as a file. Without an address, the one that the browser wrote into the
    file counts: links and products are named by it."""
    found = None if asked or url else _SAVED_FROM.search(body[:4096])
    return Answer(
        body, asked, found[1].decode("ascii", "replace") if found else url, status, headers
    )


def as_json(page: Page) -> dict[str, Any]:
    """Unknown is None everywhere, never 0 or ""."""
    return {
        "page": page.page,
        "order_form": page.order_form or None,
        "readings": [_item(item) for item in page.items],
    }


def _item(item: Item) -> dict[str, Any]:
    ref = item.ref
    return {
        "product_id": ref.key if ref is not None and not ref.bid else None,
        "bundle_id": ref.bid if ref is not None and ref.bid else None,
        "name": item.name or None,
        "availability": item.availability.value,
        "quantity": item.quantity,
        "stock_control": item.stock_control,
        "price": str(item.price) if item.price is not None else None,
        "currency": item.currency or None,
        "url": item.url or None,
        "evidence": item.evidence,
    }
