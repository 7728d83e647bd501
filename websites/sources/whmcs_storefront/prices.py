"""Pure: the price and currency that a card shows."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from websites.sources.whmcs_storefront.kept import kept
from websites.sources.whmcs_storefront.words import line

_NUMBER = r"\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d{1,2})?(?!\d)"
_MONEY = re.compile(
    rf"(?P<before>[^\d\s.,'+-]{{0,5}})\s?(?P<number>{_NUMBER})\s?(?P<after>[A-Z]{{3}}\b|[€£₹₽₴₺₫¥$]|)"
)
# Signs that mean one currency only: "$", "¥" and "kr" stand for many.
_SIGNS = {"€": "EUR", "£": "GBP", "₹": "INR", "₽": "RUB", "₴": "UAH", "₺": "TRY", "₫": "VND"}
_LIMIT = Decimal(10) ** 12


class Price(NamedTuple):
    amount: Decimal | None
    currency: str


NO_PRICE = Price(None, "")


@kept(4096)
def price_of(text: str, page_currency: str = "") -> Price:
    """The first amount of a text: one with a sign or code of a currency, else one with cents.

    `page_currency` is the code chosen on the page, used where the price itself names none.
    """
    found = list(_MONEY.finditer(line(text)[:400]))
    marked = [one for one in found if _is_marked(one)]
    chosen = (marked or [one for one in found if re.search(r"[.,]\d\d$", one["number"])])[:1]
    if not chosen:
        return NO_PRICE
    amount = amount_of(chosen[0]["number"])
    if amount is None:
        return NO_PRICE
    return Price(amount, _currency(chosen[0]) or page_currency)


def _is_marked(found: re.Match[str]) -> bool:
    before = found["before"]
    return bool(found["after"]) or (bool(before) and not before.isascii()) or "$" in before


def _currency(found: re.Match[str]) -> str:
    after = found["after"]
    if len(after) == 3:
        return after
    for sign, code in _SIGNS.items():
        if sign in (after, found["before"].strip()):
            return code
    return ""


def amount_of(number: str) -> Decimal | None:
    """1234.56 · 1,234.56 · 1.234,56 · 1,234 (the four formats of WHMCS) as a Decimal."""
    text = re.sub(r"[' \u00a0\u202f]", "", number)
    last = max(text.rfind("."), text.rfind(","))
    if last >= 0 and len(text) - last - 1 <= 2:
        text = re.sub(r"[.,]", "", text[:last]) + "." + text[last + 1 :]
    else:
        text = re.sub(r"[.,]", "", text)
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    return amount.quantize(Decimal("0.01")) if amount < _LIMIT else None
