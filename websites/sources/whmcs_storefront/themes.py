"""Pure: what tells a mark of stock in a foreign theme from anything else that looks like one."""

from __future__ import annotations

import re

from websites.sources.whmcs_storefront.cards import Card, in_description, in_text
from websites.sources.whmcs_storefront.counts import count_of
from websites.sources.whmcs_storefront.document import Node, ancestors, classes, is_hidden, text_of
from websites.sources.whmcs_storefront.strings import STOCK_LABELS, is_in_stock, is_sold_out
from websites.sources.whmcs_storefront.words import line, plain

_NO_LABELS = frozenset({"a", "button", "input", "form", "h1", "h2", "h3", "h4", "header", "ul"})
_FIGURE = re.compile(r"\b\d")
_STOCK_CLASS = re.compile(r"badge|label|stock|qty|quantity|avail|ribbon", re.IGNORECASE)
_LOUD = "strong, b, label, li, dd, h1, h2, h3, h4, h5, h6"


def is_labelled(node: Node, card: Card) -> bool:
    """A word of something else stands before it: "Locations | 3 Available"."""
    if any(_STOCK_CLASS.search(name) for name in classes(node)):
        return False
    one: Node | None = node
    while one is not None and one.mem_id != card.node.mem_id:
        before = one.prev
        while before is not None and not text_of(before).strip():
            before = before.prev
        if before is not None:
            return _is_label(before, card)
        one = one.parent
    return False


def _is_label(before: Node, card: Card) -> bool:
    words = line(text_of(before))
    if len(words) > 30 or _FIGURE.search(words) or before.tag in _NO_LABELS:
        return False
    if plain(words).rstrip(":\uff1a ") in STOCK_LABELS or is_sold_out(words):
        return False
    title = card.title
    if title is None or before.is_text_node:
        return not (before.is_text_node and words == card.name)
    return before.mem_id != title.mem_id and not any(
        one.mem_id == title.mem_id for one in before.css("*")
    )


def behind_name(card: Card) -> Node | None:
    """Copies of legacy_modern print the number as the last part of the element of the name."""
    found = card.title.css(".qty") if card.title is not None else []
    if not found or count_of(text_of(found[-1])) is None:
        return None
    follower = found[-1].next
    while follower is not None and not text_of(follower).strip():
        follower = follower.next
    return found[-1] if follower is None else None


def in_stock_label(card: Card) -> str:
    """A badge of a foreign theme that says in stock, and nothing else."""
    for one in card.node.css("span, div, em, small, p"):
        if (
            is_in_stock(text_of(one))
            and any(_STOCK_CLASS.search(name) for name in classes(one))
            and not in_text(one, card.node, card.title)
            and not is_hidden_in(one, card.node)
        ):
            return line(text_of(one))
    return ""


def may_be_gone(card: Card) -> bool:
    """Bold words or a list of a foreign theme say so, outside of names and descriptions."""
    for one in card.node.css(_LOUD):
        text = text_of(one)
        count = count_of(text)
        if (is_sold_out(text) or (count is not None and count <= 0)) and not in_description(
            one, card.node, card.title
        ):
            return True
    return False


def is_hidden_in(node: Node, root: Node) -> bool:
    """Hidden itself or by a parent inside of the card; a hidden card is a tab of a slider."""
    if is_hidden(node):
        return True
    for one in ancestors(node):
        if one.mem_id == root.mem_id:
            return False
        if is_hidden(one):
            return True
    return False
