"""Pure: where a page lists products, one card each, in any theme.

Themes change classes and keep ids and links, so cards are found by `productN-...` ids, then by
radios named pid, then by order links that stand in neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from websites.sources.whmcs_storefront.addresses import ProductRef, product_ref
from websites.sources.whmcs_storefront.document import (
    Document,
    Node,
    ancestors,
    attr,
    classes,
    has_attr,
    short_texts_of,
    text_of,
)
from websites.sources.whmcs_storefront.kept import kept
from websites.sources.whmcs_storefront.order_links import (
    ORDER_LINKS,
    SUBMITS,
    address_of,
    is_live,
    loose_links,
    product_ref_of,
)
from websites.sources.whmcs_storefront.words import name_of

_ID = re.compile(r"(product|bundle)(b?)([0-9]{1,10})(?:-([a-z-]+))?")
_PARTS = frozenset({"", "container", "name", "price", "order-button", "unavailable"})
_CARD_CLASSES = frozenset(
    {"product", "package", "plan", "pricing", "card", "cart-product", "bordered-section",
     "cartbox", "price-table", "panel", "store-plan"}
)  # fmt: skip
_CARD_TAGS = frozenset({"li", "tr", "article"})
_TOO_HIGH = frozenset({"html", "body", "main", "form", "table", "tbody", "section"})
_TITLES = ".name, .product-name, .package-name, h2, h3, h4, strong"
_TEXT_TAGS = frozenset(
    {"h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "select", "label", "strong"}
)
_TEXT_CLASS = re.compile(
    r"(?:^|[-_])(?:desc|description|details|feature|features|prodfeature|name|title|tagline)(?:$|[-_])"
)
_TEXT_ID = re.compile(r"-(?:description|name|tag-line|feature.*)$|^productDescription")


@dataclass(slots=True)
class Card:
    """One product as a page shows it. `number` is the N of its ids, "" without; `ref` what its
    order link names; `is_live`: the link can be followed."""

    node: Node
    number: str = ""
    is_bundle: bool = False
    parts: dict[str, list[Node]] = field(default_factory=dict)
    name: str = ""
    title: Node | None = None
    """The element that holds the name."""
    ref: ProductRef | None = None
    href: str = ""
    is_live: bool = False
    radio: Node | None = None
    _texts: frozenset[str] | None = None

    @property
    def texts(self) -> frozenset[str]:
        """What stands between its tags, as far as it is short."""
        if self._texts is None:
            self._texts = short_texts_of(self.node)
        return self._texts

    def part(self, name: str) -> Node | None:
        found = self.parts.get(name)
        return found[0] if found else None


def find_cards(doc: Document) -> list[Card]:
    """The cards of a page from top to bottom; those that were cut off are left out."""
    cards = [*_cards_by_id(doc), *_cards_by_radio(doc)]
    taken = {card.node.mem_id for card in cards}
    cards += _cards_by_link(doc, taken)
    return [card for card in cards if not doc.is_cut(card.node)]


# --- By id -------------------------------------------------------------------------------------


def _cards_by_id(doc: Document) -> Iterator[Card]:
    by_prefix: dict[tuple[str, str], dict[str, list[Node]]] = {}
    for name, nodes in doc.ids.items():
        found = _ID.fullmatch(name)
        if found and (found[4] or "") in _PARTS:
            key = ("bundle" if found[1] == "bundle" or found[2] else "product", found[3])
            by_prefix.setdefault(key, {}).setdefault(found[4] or "", []).extend(nodes)
    foreign: _Foreign | None = None
    for (kind, number), parts in by_prefix.items():
        if roots := parts.get("") or parts.get("container"):
            node = roots[0]
        else:
            foreign = foreign or _Foreign(by_prefix)
            node = foreign.climb((kind, number))
        card = Card(node, number, is_bundle=kind == "bundle", parts=parts)
        _link_card(card)
        if card.ref is not None or len(parts) > 1 or "unavailable" in parts:
            _name_card(card)
            yield card


class _Foreign:
    """Climbs from a part of a card to the largest element that holds nothing of another card."""

    def __init__(self, by_prefix: dict[tuple[str, str], dict[str, list[Node]]]) -> None:
        self._first = {key: next(iter(parts.values()))[0] for key, parts in by_prefix.items()}
        self._above = {
            key: {node.mem_id for node in ancestors(first)} for key, first in self._first.items()
        }

    def climb(self, key: tuple[str, str]) -> Node:
        others: set[int] = set()
        for other, above in self._above.items():
            if other != key:
                others |= above
        return _climbed(self._first[key], others)


def _climbed(node: Node, others: Iterable[int], steps: int = 8) -> Node:
    """The highest element around `node` that looks like a card and holds no other product; else
    the highest one at all."""
    card = None
    for parent in ancestors(node):
        steps -= 1
        if steps < 0 or parent.mem_id in others or parent.tag in _TOO_HIGH:
            break
        node = parent
        if node.tag in _CARD_TAGS or classes(node) & _CARD_CLASSES:
            card = node
    return card if card is not None else node


def _link_card(card: Card) -> None:
    """Sets what the order link of a card names, and whether it can be followed."""
    buttons = card.parts.get("order-button", [])
    if not buttons:
        whole = product_ref_of(card.node)
        buttons = [
            link
            for link in card.node.css(ORDER_LINKS)
            if (found := product_ref_of(link)) is not None
            and (whole is None or found == whole)
            and not in_text(link, card.node)
        ]
        if whole is not None and not buttons:
            buttons = [card.node]
    addresses = [(address, product_ref(address)) for address in map(address_of, buttons)]
    refs = {ref for _, ref in addresses if ref is not None}
    if len(refs) == 1:
        card.ref = refs.pop()
        card.href = next(address for address, ref in addresses if ref is not None)
        card.is_bundle = card.is_bundle or bool(card.ref.bid)
    card.is_live = len(refs) <= 1 and any(is_live(link) for link in buttons)


def _name_card(card: Card) -> None:
    shown = card.part("name")
    if shown is None:
        shown = card.node.css_first(_TITLES)
    if shown is None:
        return
    card.title = shown
    inner = [text_of(one) for one in shown.css(".qty")] if "qty" in (shown.html or "") else []
    text = text_of(shown)
    for part in inner:
        text = text.replace(part, " ")
    card.name = name_of(text)


# --- By radio ----------------------------------------------------------------------------------


def _cards_by_radio(doc: Document) -> Iterator[Card]:
    for radio in doc.css('input[type="radio"][name="pid"]'):
        found = re.fullmatch(r"(b?)([1-9][0-9]{0,9})", attr(radio, "value"))
        if found is None:
            continue
        ref = ProductRef(bid=found[2]) if found[1] else ProductRef(pid=found[2])
        row = next((one for one in ancestors(radio) if one.tag in ("label", "tr", "li", "p")), None)
        node = row or radio.parent or radio
        strong = node.css_first("strong, b")
        yield Card(
            node,
            found[2],
            is_bundle=bool(found[1]),
            ref=ref,
            name=name_of(text_of(strong) if strong is not None else text_of(node)),
            is_live=not has_attr(radio, "disabled"),
            radio=radio,
        )


# --- By link -----------------------------------------------------------------------------------


def _cards_by_link(doc: Document, taken: set[int]) -> Iterator[Card]:
    found: dict[str, tuple[ProductRef, Node]] = {}
    for node, ref in loose_links(doc, taken):
        found.setdefault(ref.key, (ref, node))
    above = {key: {one.mem_id for one in ancestors(node)} for key, (_, node) in found.items()}
    for key, (ref, link) in found.items():
        others: set[int] = set(taken)
        for other, seen in above.items():
            if other != key:
                others |= seen
        card = Card(_climbed(link, others), is_bundle=bool(ref.bid), ref=ref)
        card.href = address_of(link)
        card.is_live = is_live(link)
        if link.tag == "form":
            card.parts = {"form": [link]}
            if link.css_first(_TITLES) is not None:
                card.node = link
            card.is_live = any(
                is_live(one) for one in link.css(SUBMITS) if not in_text(one, card.node)
            )
        _name_card(card)
        yield card


# --- Texts of people ---------------------------------------------------------------------------


def in_text(node: Node, root: Node, title: Node | None = None) -> bool:
    """The element belongs to a name, a description or a list of features, where anything may be
    written; `root` is the card, `title` the element of its name."""
    return any(one.tag in _TEXT_TAGS or _is_described(one, title) for one in _path(node, root))


def in_description(node: Node, root: Node, title: Node | None = None) -> bool:
    """As `in_text`, but bold words and lists alone make no description."""
    return any(_is_described(one, title) for one in _path(node, root))


def _path(node: Node, root: Node) -> Iterator[Node]:
    """The element and its parents below `root`."""
    one: Node | None = node
    while one is not None and one.mem_id != root.mem_id:
        yield one
        one = one.parent


def _is_described(one: Node, title: Node | None) -> bool:
    if title is not None and one.mem_id == title.mem_id:
        return True
    given = one.attributes
    name = given.get("id")
    if name and _TEXT_ID.search(name):
        return True
    names = given.get("class")
    return _is_class_of_text(names) if names else False


@kept(1024)
def _is_class_of_text(names: str) -> bool:
    return any(_TEXT_CLASS.search(name) for name in names.split())
