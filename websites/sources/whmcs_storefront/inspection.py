"""Pure: a Page as JSON values, the form `inspect_page` and the admin show."""

from __future__ import annotations

from typing import Any

from websites.sources.whmcs_storefront.result import Item, Page


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
