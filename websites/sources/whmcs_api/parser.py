"""Pure: GetProducts as WHMCS 5 to 9 prints it -> StockReadings. Nothing is guessed.

Raise PARSER_VERSION whenever the same bytes would be read differently: it starts every body hash,
so that quiet shops are read again after an upgrade.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from hashlib import blake2b
from typing import Any, NamedTuple

from websites.sources.base import Availability, StockReading
from websites.sources.errors import BadAnswerError, EmptyCatalogueError
from websites.sources.values import (
    CYCLES,
    counted,
    merged,
    product_link,
    to_id,
    to_int,
    to_price,
    to_text,
)
from websites.sources.whmcs_api.decoding import decode

PARSER_VERSION = 1

_OFF_WORDS = frozenset({"", "0", "off", "no", "false"})

Stock = tuple[Availability, int | None, bool | None, bool, str]
"""availability, quantity, stock control, is ambiguous zero, key that proves it."""


class Listing(NamedTuple):
    """What one answer lists. `total` is what the shop says it has, None when it does not say."""

    readings: list[StockReading]
    is_complete: bool
    total: int | None


def body_hash(body: bytes) -> str:
    """Names a body as this parser reads it."""
    return f"{PARSER_VERSION}:{blake2b(body, digest_size=16).hexdigest()}"


def parse_products(
    body: bytes, *, currency: str = "", shop_root: str = "", status: int = 200
) -> Listing:
    """Reads a GetProducts answer. `currency` picks the price list, default the first.

    `shop_root` makes order links for versions that send none. Raises SourceError, nothing else.
    """
    value = decode(body, status=status)
    products = value.get("products")
    rows = entries(products.get("product") if isinstance(products, dict) else products)
    total = to_int(value.get("totalresults"))
    if not rows:
        raise EmptyCatalogueError(
            "The shop lists no products.",
            advice="If it sells any, look at GetProducts in the API log of the shop "
            "(Configuration > System Logs > API Log). Stock stays as it was.",
            status=status,
            page_class="empty",
        )
    by_id: dict[str, StockReading] = {}
    unreadable = 0
    for row in rows:
        reading = _reading(row, currency, shop_root)
        if reading is None:
            unreadable += 1
        elif reading.product_id in by_id:
            by_id[reading.product_id] = merged(by_id[reading.product_id], reading)
        else:
            by_id[reading.product_id] = reading
    if not by_id:
        raise BadAnswerError(
            "The shop sent a product list without product ids.",
            code="unreadable_products",
            advice="A custom hook of the shop may change API answers; please report it.",
            status=status,
        )
    is_complete = not unreadable and (total is None or total <= len(rows))
    return Listing(list(by_id.values()), is_complete, total)


def entries(value: Any) -> list[dict[str, Any]]:
    """A list however PHP encoded it: array, object with numeric keys, one bare entry, nothing.

    Entries that are no objects stay as {} so that they are counted as unreadable.
    """
    if isinstance(value, dict):
        is_bare = any(key in value for key in ("pid", "id", "name"))
        value = [value] if is_bare else list(value.values())
    if not isinstance(value, list):
        return []
    return [row if isinstance(row, dict) else {} for row in value]


def _reading(row: dict[str, Any], currency: str, shop_root: str) -> StockReading | None:
    product_id = to_id(row.get("pid", row.get("id")))
    if not product_id:
        return None
    availability, quantity, control, is_ambiguous, token = stock_of(row)
    price, code = price_of(row, currency)
    return StockReading(
        product_id=product_id,
        name=to_text(row.get("name"), 250),
        availability=availability,
        quantity=quantity,
        stock_control=control,
        price=price,
        currency=code,
        url=product_link(row.get("product_url") or row.get("product-url"), product_id, shop_root),
        group_id=to_id(row.get("gid")),
        slug=to_text(row.get("slug"), 190),
        is_ambiguous_zero=is_ambiguous,
        option_ids=option_ids_of(row),
        token=token,
    )


def stock_of(row: dict[str, Any]) -> Stock:
    """Detects by keys present, not by version: stockcontrol with stocklevel, then
    quantity_available, then unknown. 0 without a flag may be sold out or uncontrolled."""
    control = _switch(row["stockcontrol"]) if "stockcontrol" in row else None
    if control is False:
        return Availability.IN_STOCK, None, False, False, "stockcontrol"
    if control:
        level = to_int(row.get("stocklevel"))
        if level is not None:
            return *counted(level), True, False, "stocklevel"
    available = to_int(row.get("quantity_available"))
    if available is None:
        return Availability.UNKNOWN, None, control, False, ""
    if available == 0 and not control:
        return Availability.UNKNOWN, None, None, True, "quantity_available"
    return *counted(available), True, False, "quantity_available"


def _switch(value: Any) -> bool | None:
    if isinstance(value, str):
        return value.strip().lower() not in _OFF_WORDS
    return bool(value) if isinstance(value, bool | int) else None


def price_of(row: dict[str, Any], currency: str = "") -> tuple[Decimal | None, str]:
    """(first price offered, currency code); "-1.00" means that a billing cycle is off."""
    pricing = row.get("pricing")
    if not isinstance(pricing, dict) or not pricing:
        return None, ""
    code = currency or next(iter(pricing))
    cycles = pricing.get(code)
    if not isinstance(cycles, dict):
        return None, ""
    shown = to_text(code, 8)
    if row.get("paytype") == "free":
        return Decimal("0.00"), shown
    for cycle in CYCLES:
        price = to_price(cycles.get(cycle))
        if price is not None:
            return price, shown
    return None, shown


def option_ids_of(row: dict[str, Any]) -> frozenset[str] | None:
    """Ids of config options and of their choices; None when the answer does not speak of them."""
    if "configoptions" not in row:
        return None
    options = row["configoptions"]
    found = entries(options.get("configoption") if isinstance(options, dict) else options)
    return frozenset(_option_ids(found)) if found else _NO_OPTIONS


_NO_OPTIONS: frozenset[str] = frozenset()


def _option_ids(options: list[dict[str, Any]]) -> Iterable[str]:
    for option in options:
        yield to_id(option.get("id"))
        choices = option.get("options")
        for choice in entries(choices.get("option") if isinstance(choices, dict) else choices):
            yield to_id(choice.get("id"))
