"""Pure: answers of GET /store/products (WHMCS 9, REST v2) -> StockReadings. Nothing is guessed.

Raise PARSER_VERSION whenever the same bytes would be read differently: it starts every body hash,
so that quiet shops are read again after an upgrade.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from websites.sources.base import Availability, StockReading
from websites.sources.errors import BadAnswerError, EmptyCatalogueError
from websites.sources.values import counted, merged, product_link, to_id, to_int, to_text
from websites.sources.whmcs_rest.errors import decoded, not_rest
from websites.sources.whmcs_rest.prices import price_of

PARSER_VERSION = 1

Stock = tuple[Availability, int | None, bool | None, str]
"""availability, quantity, stock control, key that proves it."""


class Listing(NamedTuple):
    readings: list[StockReading]
    is_complete: bool


def body_hash(bodies: Iterable[bytes]) -> str:
    """Names the bodies of all pages, in order, as this parser reads them."""
    digest = blake2b(digest_size=16)
    for body in bodies:
        digest.update(len(body).to_bytes(8, "big"))
        digest.update(body)
    return f"{PARSER_VERSION}:{digest.hexdigest()}"


def page_rows(body: bytes, *, status: int = 200) -> list[Any]:
    """The products of one page. Raises SourceError for what is no page of them."""
    value = decoded(body)
    rows = value.get("data") if isinstance(value, dict) else None
    if not isinstance(rows, list):
        raise not_rest(body, status)
    return rows


def parse_pages(
    pages: Sequence[Sequence[Any]], *, currency: str = "", shop_root: str = ""
) -> Listing:
    """Reads the products of all pages. `currency` picks the price, default the first.

    A product on two pages means that the list moved while it was read, so another one may have
    been skipped: such a listing is not complete. Raises SourceError, nothing else.
    """
    if not any(pages):
        raise EmptyCatalogueError(
            "The shop lists no products.",
            advice="If it sells any, they may be hidden: this API shows what a visitor may see. "
            "Stock stays as it was.",
            page_class="empty",
        )
    by_id: dict[str, StockReading] = {}
    is_complete = True
    for page in pages:
        earlier = frozenset(by_id)
        for row in page:
            reading = _reading(row, currency, shop_root) if isinstance(row, dict) else None
            if reading is None:
                is_complete = False
                continue
            known = by_id.get(reading.product_id)
            by_id[reading.product_id] = reading if known is None else merged(known, reading)
            is_complete = is_complete and reading.product_id not in earlier
    if not by_id:
        raise BadAnswerError(
            "The shop sent a product list without product ids.",
            code="unreadable_products",
            advice="An add-on of the shop may change API answers; please report it.",
        )
    return Listing(list(by_id.values()), is_complete)


def _reading(row: Mapping[str, Any], currency: str, shop_root: str) -> StockReading | None:
    product_id = to_id(row.get("id"))
    if not product_id:
        return None
    availability, quantity, control, token = stock_of(row)
    price, code = price_of(row, currency)
    group_id, group_name = _group(row)
    return StockReading(
        product_id=product_id,
        name=to_text(row.get("name"), 250),
        availability=availability,
        quantity=quantity,
        stock_control=control,
        price=price,
        currency=code,
        url=product_link(row.get("product_url") or row.get("url"), product_id, shop_root),
        group_id=group_id,
        group_name=group_name,
        slug=to_text(row.get("slug"), 190),
        token=token,
    )


def stock_of(row: Mapping[str, Any]) -> Stock:
    """`stock_control_enabled` false: unlimited. True: `stock_quantity` is exact, 0 and below 0 are
    sold out; null is unknown. Anything else proves nothing."""
    control = row.get("stock_control_enabled")
    if control is False:
        return Availability.IN_STOCK, None, False, "stock_control_enabled"
    if control is not True:
        return Availability.UNKNOWN, None, None, ""
    number = to_int(row.get("stock_quantity"))
    if number is None:
        return Availability.UNKNOWN, None, True, ""
    return *counted(number), True, "stock_quantity"


def _group(row: Mapping[str, Any]) -> tuple[str, str]:
    """(id, name); the vendor's reference does not show the key."""
    for key in ("group", "product_group"):
        group = row.get(key)
        if isinstance(group, dict):
            return to_id(group.get("id")), to_text(group.get("name"), 250)
    return to_id(row.get("group_id")), ""
