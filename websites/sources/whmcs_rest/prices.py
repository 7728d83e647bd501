"""Pure: the price of a product, as far as the answer clearly tells one.

The vendor's reference does not show how prices are written. Three shapes are understood: one
amount, amounts by currency and billing cycle as in the other API, and a list of cycles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from websites.sources.values import CYCLES, to_price, to_text

Price = tuple[Decimal | None, str]
_NAMES = ("amount", "value", "price", "recurring", *CYCLES)


def price_of(row: Mapping[str, Any], currency: str = "") -> Price:
    """(first price offered, currency code); (None, "") when there is none in that currency."""
    for key in ("price", "pricing"):
        for amount, code in _prices(row.get(key), "", depth=3):
            if not currency or code == currency:
                return amount, code
    return None, ""


def _prices(value: Any, code: str, *, depth: int) -> Iterator[tuple[Decimal, str]]:
    """Every amount in reading order, each with the currency that stands at or above it."""
    if isinstance(value, list):
        for entry in value[:20] if depth else ():
            yield from _prices(entry, code, depth=depth - 1)
    elif isinstance(value, Mapping):
        code = _code(value) or code
        for key in _NAMES:
            if key in value:
                yield from _amount(value[key], code, depth=depth)
        for key in value:
            if depth and isinstance(key, str) and len(key) == 3 and key.isalpha() and key.isupper():
                yield from _prices(value[key], key, depth=depth - 1)
    else:
        yield from _amount(value, code, depth=0)


def _amount(value: Any, code: str, *, depth: int) -> Iterator[tuple[Decimal, str]]:
    if isinstance(value, Mapping | list):
        if depth:
            yield from _prices(value, code, depth=depth - 1)
        return
    price = to_price(value)
    if price is not None:
        yield price, code


def _code(value: Mapping[str, Any]) -> str:
    for key in ("currency", "currency_code", "code"):
        found = value.get(key)
        if isinstance(found, Mapping):
            found = found.get("code")
        text = to_text(found, 9)
        if 3 <= len(text) <= 8 and text.isascii() and text.isalpha():
            return text.upper()
    return ""
