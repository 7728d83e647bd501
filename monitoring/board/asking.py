"""Pure: what a stranger asks of a board, cut down to what makes sense."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import NamedTuple
from urllib.parse import urlencode

LONGEST_TEXT = 60
MOST_WORDS = 5
ROWS = 50
MOST_ROWS = 200
SORTS = ("-since", "since", "name", "price", "-price", "shop")
_PRICE = re.compile(r"\d{1,10}([.,]\d{1,2})?", re.ASCII)
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)


class Asked(NamedTuple):
    """Filters, order and page; a value that makes no sense counts as none.

    `is_impossible`: a shop, region or currency that the board does not have. Nothing matches then,
    and the tables need not be asked.
    """

    q: str = ""
    shop: str = ""
    region: str = ""
    currency: str = ""
    price_from: Decimal | None = None
    price_to: Decimal | None = None
    sort: str = SORTS[0]
    page: int = 1
    page_size: int = ROWS
    is_impossible: bool = False

    @property
    def words(self) -> list[str]:
        return self.q.split()[:MOST_WORDS]

    @property
    def is_filtered(self) -> bool:
        return self.filters() != {}

    @property
    def key(self) -> str:
        """Equal for all requests with the same answer."""
        return urlencode({**self.given(), "q": self.q.lower(), "none": self.is_impossible})

    def filters(self) -> dict[str, str]:
        names = ("q", "shop", "region", "currency", "price_from", "price_to")
        return {name: value for name, value in self.given().items() if name in names}

    def given(self) -> dict[str, str]:
        """What differs from an address without parameters."""
        plain = Asked()
        return {
            name: str(getattr(self, name))
            for name in self._fields
            if name != "is_impossible" and getattr(self, name) != getattr(plain, name)
        }

    def query(self, **changes: object) -> str:
        """The parameters of a link with other values; a new order begins on page 1."""
        return urlencode(self._replace(**{"page": 1, **changes}).given())  # type: ignore[arg-type]


def asked(
    given: Mapping[str, str],
    *,
    shops: Collection[str],
    regions: Collection[str],
    currencies: Collection[str],
) -> Asked:
    """Reads GET parameters against what the board has."""
    wanted = Asked(
        q=" ".join(_plain(given.get("q", ""))[:LONGEST_TEXT].split()),
        shop=given.get("shop", ""),
        region=given.get("region", ""),
        currency=given.get("currency", ""),
        price_from=_price(given.get("price_from", "")),
        price_to=_price(given.get("price_to", "")),
        sort=given["sort"] if given.get("sort") in SORTS else SORTS[0],
        page=max(_number(given.get("page", "")) or 1, 1),
        page_size=min(max(_number(given.get("page_size", "")) or ROWS, 1), MOST_ROWS),
    )
    known = (
        (wanted.shop, shops),
        (wanted.region, regions),
        (wanted.currency, currencies),
    )
    if all(not value or value in found for value, found in known):
        return wanted
    # One form for all of them: made-up names are not kept, shown or told apart.
    return Asked(is_impossible=True)


def _plain(text: str) -> str:
    """Without characters that no database or page takes."""
    return "".join(one if unicodedata.category(one)[0] != "C" else " " for one in text)


def _price(text: str) -> Decimal | None:
    text = text.strip()
    return Decimal(text.replace(",", ".")) if _PRICE.fullmatch(text) else None


def _number(text: str) -> int | None:
    return int(text) if _NUMBER.fullmatch(text) else None
