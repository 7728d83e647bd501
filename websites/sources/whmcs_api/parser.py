"""Pure: GetProducts as WHMCS 5 to 9 prints it -> StockReadings. Nothing is guessed.

Raise PARSER_VERSION whenever the same bytes would be read differently: it starts every body hash,
so that quiet shops are read again after an upgrade.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from hashlib import blake2b
from typing import Any, NamedTuple

from websites.sources.base import Availability, StockReading
from websites.sources.errors import BadAnswerError, EmptyCatalogueError
from websites.sources.whmcs_api.decoding import decode

PARSER_VERSION = 1

CYCLES = ("monthly", "quarterly", "semiannually", "annually", "biennially", "triennially")
"""In the order of the price shown; a one-time price stands under monthly."""

CONTRADICTION = "contradiction"
"""Evidence of a product that is listed twice with different stock."""

_LARGEST = 2**62  # the step between two of them still fits 64 bits
_CENT = Decimal("0.01")
_PRICE_LIMIT = Decimal(10) ** 12
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
            by_id[reading.product_id] = _merged(by_id[reading.product_id], reading)
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


def to_int(value: Any) -> int | None:
    """A whole number in any of the forms PHP prints it; None for everything else."""
    if isinstance(value, int):
        return value if not isinstance(value, bool) and -_LARGEST <= value <= _LARGEST else None
    if isinstance(value, float):
        if not math.isfinite(value) or value != int(value) or abs(value) > 2**53:
            return None
        return int(value)
    if not isinstance(value, str) or len(value) > 24:
        return None
    whole, _, fraction = value.strip().partition(".")
    digits = whole.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()) or fraction.strip("0"):
        return None
    return to_int(int(whole))


def to_text(value: Any, limit: int) -> str:
    """A foreign text in one line: entities decoded, control characters taken out, cut to size."""
    if not isinstance(value, str):
        return ""
    text = html.unescape(value) if "&" in value else value
    if not text.isprintable():
        text = " ".join("".join(_kept(char) for char in text).split())
    return text.strip()[:limit]


def _kept(char: str) -> str:
    """Joiners stay, they belong to words and emoji; what moves text about or ends lines goes."""
    if char.isprintable() or char in "\u200c\u200d":
        return char
    return " " if char.isspace() else ""


def _reading(row: dict[str, Any], currency: str, shop_root: str) -> StockReading | None:
    product_id = _id(row.get("pid", row.get("id")))
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
        url=_link(row, product_id, shop_root),
        group_id=_id(row.get("gid")),
        slug=to_text(row.get("slug"), 190),
        is_ambiguous_zero=is_ambiguous,
        option_ids=option_ids_of(row),
        token=token,
    )


def _id(value: Any) -> str:
    """Text of an id that came as text or number; "" for anything else and for too long ones."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 <= value <= _LARGEST else ""
    text = to_text(value, 191)
    return text if len(text) <= 190 else ""


def _link(row: dict[str, Any], product_id: str, shop_root: str) -> str:
    address = to_text(row.get("product_url") or row.get("product-url"), 501)
    if address.startswith(("https://", "http://")) and len(address) <= 500:
        return address
    if shop_root and product_id.isascii() and product_id.isdecimal():
        return f"{shop_root}/cart.php?a=add&pid={product_id}"
    return ""


def stock_of(row: dict[str, Any]) -> Stock:
    """Detects by keys present, not by version: stockcontrol with stocklevel, then
    quantity_available, then unknown. 0 without a flag may be sold out or uncontrolled."""
    control = _switch(row["stockcontrol"]) if "stockcontrol" in row else None
    if control is False:
        return Availability.IN_STOCK, None, False, False, "stockcontrol"
    if control:
        level = to_int(row.get("stocklevel"))
        if level is not None:
            return *_counted(level), True, False, "stocklevel"
    available = to_int(row.get("quantity_available"))
    if available is None:
        return Availability.UNKNOWN, None, control, False, ""
    if available == 0 and not control:
        return Availability.UNKNOWN, None, None, True, "quantity_available"
    return *_counted(available), True, False, "quantity_available"


def _counted(number: int) -> tuple[Availability, int]:
    return (Availability.IN_STOCK if number > 0 else Availability.OUT_OF_STOCK), number


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
        price = _price(cycles.get(cycle))
        if price is not None:
            return price, shown
    return None, shown


def _price(value: Any) -> Decimal | None:
    """None for a cycle that is off and for what is no amount."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    return _amount(str(value)) if len(str(value)) <= 32 else None


@lru_cache(maxsize=4096)
def _amount(text: str) -> Decimal | None:
    """Shops use few different prices: most are found here."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    if not amount.is_finite() or not 0 <= amount < _PRICE_LIMIT:
        return None
    cents = amount if amount.as_tuple().exponent == -2 else amount.quantize(_CENT)
    return cents if cents < _PRICE_LIMIT else None


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
        yield _id(option.get("id"))
        choices = option.get("options")
        for choice in entries(choices.get("option") if isinstance(choices, dict) else choices):
            yield _id(choice.get("id"))


def _merged(one: StockReading, other: StockReading) -> StockReading:
    """A product listed twice: readings that contradict each other prove nothing."""
    if (one.availability, one.quantity, one.stock_control, one.is_ambiguous_zero) == (
        other.availability,
        other.quantity,
        other.stock_control,
        other.is_ambiguous_zero,
    ):
        return one
    return one._replace(
        availability=Availability.UNKNOWN,
        quantity=None,
        stock_control=None,
        is_ambiguous_zero=False,
        token=CONTRADICTION,
    )
