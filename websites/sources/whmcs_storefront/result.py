"""What goes into the reader of pages and what comes out. Plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from websites.sources.base import Availability
from websites.sources.whmcs_storefront.addresses import ProductRef
from websites.sources.whmcs_storefront.sidebar import Group

LISTING, PRODUCT, SOLD_OUT, UNKNOWN = "listing", "product", "sold_out", "unknown"
BLOCKED, LOGIN, RATE_LIMITED = "blocked", "login", "rate_limited"
MAINTENANCE, NOT_FOUND, ERROR = "maintenance", "not_found", "error"
FAILURES = frozenset({BLOCKED, LOGIN, RATE_LIMITED, MAINTENANCE, NOT_FOUND, ERROR})


class Item(NamedTuple):
    """What a page proves about one product. `ref` is None when the page does not tell which one
    it is; quantity None and availability UNKNOWN mean that nothing is proved."""

    ref: ProductRef | None
    name: str
    availability: Availability
    quantity: int | None = None
    stock_control: bool | None = None
    price: Decimal | None = None
    currency: str = ""
    url: str = ""
    evidence: str = ""

    @property
    def stock(self) -> tuple[Availability, int | None]:
        return self.availability, self.quantity


@dataclass(frozen=True, slots=True)
class Answer:
    """A page as it came. `asked` is the address it was asked for, `url` where it ended."""

    body: bytes
    asked: str = ""
    url: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """`order_form` is "" in themes we do not know. `is_whole`: nothing was cut off. `is_whmcs`:
    it carries marks of that software. `template` names the look. `unread`: products that are
    shown but that the page does not name. `group_name` is the heading of a listing."""

    page: str
    order_form: str = ""
    items: Sequence[Item] = ()
    groups: Sequence[Group] = ()
    is_whole: bool = True
    is_whmcs: bool = False
    template: str = ""
    group_name: str = ""
