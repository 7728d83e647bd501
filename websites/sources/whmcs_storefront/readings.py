"""Pure: what group pages show -> StockReadings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from websites.sources.base import Availability, StockReading
from websites.sources.whmcs_storefront.memory import GroupMemory
from websites.sources.whmcs_storefront.prices import amount_of
from websites.sources.whmcs_storefront.result import Item, Page
from websites.sources.whmcs_storefront.sidebar import Group


def readings_of(page: Page, group: Group, known: GroupMemory) -> Iterator[StockReading]:
    """Cards that do not tell which product they are (sold out in old comparison forms) are
    recognised by their name, if the group listed just one product of that name before."""
    listed = {item.ref.key for item in page.items if item.ref is not None}
    for item in page.items:
        key = item.ref.key if item.ref is not None else _by_name(item, known, listed)
        if key and len(key) <= 190:
            yield StockReading(
                product_id=key,
                name=item.name or _known_name(known, key),
                availability=item.availability,
                quantity=item.quantity,
                stock_control=item.stock_control,
                price=item.price,
                currency=item.currency,
                url=item.url,
                group_id=group.ref.key,
                group_name=group.name or page.group_name,
                slug=item.ref.slug if item.ref is not None else "",
                token=item.evidence[:200],
            )


def _known_name(known: GroupMemory, key: str) -> str:
    return known.products[key].name if key in known.products else ""


def _by_name(item: Item, known: GroupMemory, listed: set[str]) -> str:
    found = [
        key for key, one in known.products.items() if one.name == item.name and key not in listed
    ]
    return found[0] if item.name and len(found) == 1 else ""


def carried_over(known: GroupMemory, group: Group) -> Iterator[StockReading]:
    """Products of a group that was not read this time: listed, stock as it was."""
    for key, one in known.products.items():
        yield StockReading(
            product_id=key,
            name=one.name,
            availability=Availability.UNKNOWN,
            price=amount_of(one.price),
            currency=one.currency,
            url=one.url,
            group_id=group.ref.key,
            group_name=group.name,
            token="not read this time",  # noqa: S106 - evidence, no secret
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
