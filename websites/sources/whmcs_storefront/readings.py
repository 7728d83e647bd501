"""Pure: what group pages show -> StockReadings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from websites.sources.base import Availability, StockReading
from websites.sources.whmcs_storefront.memory import GroupMemory, Listed
from websites.sources.whmcs_storefront.prices import amount_of
from websites.sources.whmcs_storefront.result import Item, Page
from websites.sources.whmcs_storefront.sidebar import Group


def readings_of(page: Page, group: Group, known: GroupMemory) -> Iterator[StockReading]:
    """Cards that do not tell which product they are (sold out in old comparison forms) are
    recognised by their name. While one is not, every product that the group listed before may be
    the one: it stays listed, stock as it was."""
    named = [(item.ref.key, item) for item in page.items if item.ref is not None]
    nameless = [item for item in page.items if item.ref is None]
    listed = {key for key, _ in named}
    bound = _by_name(nameless, known, listed)
    for key, item in [*named, *bound]:
        if len(key) <= 190:
            yield _reading(item, key, group, known)
    if len(bound) < len(nameless):
        seen = listed | {key for key, _ in bound}
        for key, one in known.products.items():
            if key not in seen:
                yield _carried(key, one, group, "its card may be one without a link")


def _reading(item: Item, key: str, group: Group, known: GroupMemory) -> StockReading:
    old = known.products.get(key, Listed(""))
    return StockReading(
        product_id=key,
        name=item.name or old.name,
        availability=item.availability,
        quantity=item.quantity,
        stock_control=item.stock_control,
        price=item.price,
        currency=item.currency,
        url=item.url or old.url,
        group_id=group.ref.key,
        group_name=group.name,
        slug=item.ref.slug if item.ref is not None else "",
        token=item.evidence[:200],
    )


def _by_name(
    nameless: Sequence[Item], known: GroupMemory, listed: set[str]
) -> list[tuple[str, Item]]:
    """Cards of one name are the products of that name if there are as many, and they say the same."""
    found: list[tuple[str, Item]] = []
    for name in dict.fromkeys(item.name for item in nameless):
        cards = [item for item in nameless if item.name == name]
        keys = [
            key for key, one in known.products.items() if one.name == name and key not in listed
        ]
        if name and len(keys) == len(cards) and len({item.stock for item in cards}) == 1:
            found += zip(keys, cards, strict=True)
    return found


def carried_over(known: GroupMemory, group: Group) -> Iterator[StockReading]:
    """Products of a group that was not read this time: listed, stock as it was."""
    for key, one in known.products.items():
        yield _carried(key, one, group, "not read this time")


def _carried(key: str, one: Listed, group: Group, why: str) -> StockReading:
    return StockReading(
        product_id=key,
        name=one.name,
        availability=Availability.UNKNOWN,
        price=amount_of(one.price),
        currency=one.currency,
        url=one.url,
        group_id=group.ref.key,
        group_name=group.name,
        token=why,
    )


def checked_advice(items: Sequence[Item]) -> str:
    """What the operator should know about the pages of a shop."""
    if any(item.quantity is not None for item in items):
        return ""
    if any(item.availability is not Availability.UNKNOWN for item in items):
        return "These pages tell in and out of stock only. The option 'Ask for the standard order form' may bring numbers."
    return (
        "These pages show no stock. Order links of watched products are opened instead, a few per "
        "poll; the option 'Ask for the standard order form' may bring numbers."
    )
