"""Pure: what the number in the ids of a page means, and which product a card is.

WHMCS 6 to 8.2 counts the cards (product1, product2, ...); from 8.3 on the number is the pid. A
reader that takes one for the other watches the wrong product.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from websites.sources.whmcs_storefront.addresses import ProductRef
from websites.sources.whmcs_storefront.cards import Card
from websites.sources.whmcs_storefront.forms import OrderForm


class Scheme(StrEnum):
    PID = "pid"
    POSITION = "position"
    UNKNOWN = "unknown"


def scheme_of(cards: Sequence[Card], form: OrderForm) -> Scheme:
    """Decided by what positions cannot be: links without a pid, ids of bundles, other numbers."""
    numbered = [card for card in cards if card.number and card.radio is None]
    if not numbered:
        return Scheme.UNKNOWN
    linked = [(card.number, card.ref) for card in numbered if card.ref and not card.ref.slug]
    if any(number != (ref.pid or ref.bid) for number, ref in linked):
        return Scheme.POSITION
    if form.ids_are_pids:
        return Scheme.PID
    if has_new_links(numbered):
        return _beside_new_links(numbered, form)
    if any(card.node.id == f"bundle{card.number}" for card in numbered):
        return Scheme.PID
    return Scheme.UNKNOWN if _could_be_positions(numbered) else Scheme.PID


def has_new_links(cards: Sequence[Card]) -> bool:
    """Links to a product by name exist since 8.3."""
    return any(card.ref is not None and bool(card.ref.slug) for card in cards)


def _beside_new_links(cards: Sequence[Card], form: OrderForm) -> Scheme:
    """Ids are pids then, unless an old template was given new links: no pid is 0, and in themes of
    others 1, 2, 3, ... may be anything."""
    if any(not int(card.number) for card in cards):
        return Scheme.POSITION
    is_theirs = not form.name and _could_be_positions(cards)
    return Scheme.UNKNOWN if is_theirs else Scheme.PID


def _could_be_positions(cards: Sequence[Card]) -> bool:
    """1, 2, 3, ... from the top, or 0, 1, 2, ... in legacy_modern."""
    numbers = [int(card.number) for card in cards]
    return numbers in (list(range(1, len(numbers) + 1)), list(range(len(numbers))))


def is_new(cards: Sequence[Card], scheme: Scheme, form: OrderForm) -> bool:
    """Ids or links prove WHMCS 8.3 or later."""
    return has_new_links(cards) or (scheme is Scheme.PID and not form.ids_are_pids and bool(cards))


def ref_of(card: Card, scheme: Scheme) -> ProductRef | None:
    """The product of a card: the pid of its link, else of its id where ids are pids, else the slug
    of its link. None when nobody can tell, which is honest: the card may be any product."""
    if card.ref is not None and not card.ref.slug:
        return card.ref
    if card.number and scheme is Scheme.PID and int(card.number):
        return ProductRef(bid=card.number) if card.is_bundle else ProductRef(pid=card.number)
    return card.ref
