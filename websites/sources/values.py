"""Pure: foreign JSON values as numbers, texts, ids and amounts, or nothing. Nothing is guessed."""

from __future__ import annotations

import html
import math
import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from websites.sources.base import Availability, StockReading

CYCLES = ("monthly", "quarterly", "semiannually", "annually", "biennially", "triennially")
"""In the order of the price shown; a one-time price stands under monthly."""

CONTRADICTION = "contradiction"
"""Evidence of a product that is listed twice with different stock."""

_LARGEST = 2**62  # the step between two of them still fits 64 bits
_CENT = Decimal("0.01")
_PRICE_LIMIT = Decimal(10) ** 12


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


def to_id(value: Any) -> str:
    """Text of an id that came as text or number; "" for anything else and for too long ones."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if 0 <= value <= _LARGEST else ""
    text = to_text(value, 191)
    return text if len(text) <= 190 else ""


def to_price(value: Any) -> Decimal | None:
    """None for a cycle that is off ("-1.00") and for what is no amount."""
    if isinstance(value, str):
        text = value
    elif isinstance(value, int | float) and not isinstance(value, bool):
        text = str(value)
    else:
        return None
    return _amount(text) if len(text) <= 32 else None


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


def product_link(value: Any, product_id: str, shop_root: str) -> str:
    """The address the shop gives for a product, else its order link, else ""."""
    address = to_text(value, 501)
    if address.startswith(("https://", "http://")) and len(address) <= 500:
        return address
    if shop_root and product_id.isascii() and product_id.isdecimal():
        return f"{shop_root}/cart.php?a=add&pid={product_id}"
    return ""


def clean_currency(value: str) -> str:
    """For config fields. Raises ValueError."""
    if not re.fullmatch(r"[A-Za-z]{3,8}", value):
        raise ValueError("Must be a currency code such as USD.")
    return value.upper()


def counted(number: int) -> tuple[Availability, int]:
    return (Availability.IN_STOCK if number > 0 else Availability.OUT_OF_STOCK), number


def merged(one: StockReading, other: StockReading) -> StockReading:
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
