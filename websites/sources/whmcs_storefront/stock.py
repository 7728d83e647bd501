"""Pure: what one card proves about the stock of its product, and by which mark.

Never more than is shown: a number where one stands, sold out where the theme marks it. Marks that
contradict each other prove nothing.
"""

from __future__ import annotations

from typing import NamedTuple

from websites.sources.base import Availability
from websites.sources.whmcs_storefront.cards import Card, in_text
from websites.sources.whmcs_storefront.counts import count_in_place, count_of, may_hold_count
from websites.sources.whmcs_storefront.document import (
    Node,
    attr,
    classes,
    has_attr,
    text_of,
)
from websites.sources.whmcs_storefront.forms import OrderForm, Silence
from websites.sources.whmcs_storefront.strings import (
    is_sold_out,
    is_unavailable,
    may_begin_gone,
)
from websites.sources.whmcs_storefront.themes import (
    behind_name,
    in_stock_label,
    is_hidden_in,
    is_labelled,
    may_be_gone,
)
from websites.sources.whmcs_storefront.words import line

CONTRADICTION = "contradiction"
_BADGES = "[class], a, td, button, input, em, span, small"
_WITHOUT_WORDS = '[class*="unavailable"], input'
_LEAVES = "span, em, small, div, td, p"
_UNAVAILABLE = frozenset({"order-unavailable", "product-unavailable"})
_GONE = frozenset({"sold-out", "soldout", "out-of-stock", "outofstock"})
_BUTTONS = frozenset({"order-button", "price-btn", "btn", "button", "order-btn", "btn-order"})


class Proof(NamedTuple):
    availability: Availability
    quantity: int | None = None
    stock_control: bool | None = None
    evidence: str = ""


class Shown(NamedTuple):
    """The marks of one card. `is_marked`: where and how the theme does it, so that it marks every
    sold out card."""

    numbers: tuple[int, ...] = ()
    number_text: str = ""
    sold_out: str = ""
    is_marked: bool = False
    unclear: str = ""
    """What stands in the place of the number, and is none."""


def shown_on(card: Card, form: OrderForm) -> Shown:
    if card.radio is not None:
        return _shown_by_radio(card)
    numbers, text, unclear = _numbers(card, form)
    if unclear:
        gone = f'"{unclear[:60]}"' if is_sold_out(unclear) else ""
        return Shown(numbers, text, gone, unclear="" if gone else unclear, is_marked=bool(gone))
    unavailable = [
        one for one in card.parts.get("unavailable", []) if not is_hidden_in(one, card.node)
    ]
    for one in unavailable:
        if (count := count_of(text_of(one))) is not None:
            return Shown((*numbers, count), text or line(text_of(one)))
    is_zero = bool(numbers) and max(numbers) <= 0
    if unavailable:
        words = line(text_of(unavailable[0]))
        mark = f'#{unavailable[0].id} "{words[:60]}"'
        if not card.is_live or is_sold_out(words) or is_zero:
            return Shown(numbers, text, mark, is_marked=True)
        return Shown(numbers, text, CONTRADICTION, is_marked=True)
    badge = _badge(card)
    if badge and card.is_live and not is_zero:
        return Shown(numbers, text, CONTRADICTION)
    return Shown(numbers, text, badge, is_marked=bool(badge))


def _numbers(card: Card, form: OrderForm) -> tuple[tuple[int, ...], str, str]:
    """(numbers, text of the first, what stands in their place and is none). A number that the
    theme hides proves nothing, and neither does its card without it."""
    places, is_vendors = _number_places(card, form)
    shown = [one for one in places if not is_hidden_in(one, card.node)]
    if is_vendors and places and not shown:
        return (), "", f"hidden: {line(text_of(places[0]))}"
    texts = [line(text_of(one)) for one in shown]
    count = count_in_place if is_vendors else count_of
    counts = [(found, text) for text in texts if (found := count(text)) is not None]
    unclear = next((text or "nothing" for text in texts if count(text) is None), "")
    return tuple(found for found, _ in counts), counts[0][1] if counts else "", unclear


def _number_places(card: Card, form: OrderForm) -> tuple[list[Node], bool]:
    """Where the template prints the number, and whether it is the vendor's; in a foreign theme
    every text that is just a count, outside of names, descriptions and specifications."""
    name = card.part("name")
    if form.name == "standard_cart" and name is not None and name.parent is not None:
        header = name.parent
        found = [one for one in header.iter() if one.tag == "span" and "qty" in classes(one)]
        if found or header.tag == "header":
            return found, True
    if form.name == "legacy_modern" and (title := card.node.css_first("div.name")) is not None:
        return [one for one in title.iter() if one.tag == "span" and "qty" in classes(one)], True
    behind = [one for one in [behind_name(card)] if one is not None]
    if not any(map(may_hold_count, card.texts)):
        return behind, False
    return behind + [
        one
        for one in card.node.css(_LEAVES)
        if count_of(text_of(one)) is not None
        and not in_text(one, card.node, card.title)
        and not is_labelled(one, card)
    ], False


def _badge(card: Card) -> str:
    """The mark of a sold out card in themes without the ids of the vendor; "" without one."""
    form = card.part("form")
    if form is not None and not card.is_live:
        off = [one for one in form.css("input[type=submit], button") if has_attr(one, "disabled")]
        return "submit disabled" if off else ""
    if names := classes(card.node) & _GONE:
        return f".{min(names)}"
    says_gone = is_sold_out if card.is_live else is_unavailable
    may_say_gone = any(map(may_begin_gone, card.texts))
    for one in card.node.css(_BADGES if may_say_gone else _WITHOUT_WORDS):
        words = attr(one, "value") if one.tag == "input" else text_of(one)
        names = classes(one) if "unavailable" in attr(one, "class") else frozenset()
        is_class = names & _UNAVAILABLE or ("unavailable" in names and names & _BUTTONS)
        if not is_class and not says_gone(words):
            continue
        if not in_text(one, card.node, card.title) and not is_hidden_in(one, card.node):
            mark = f".{'.'.join(sorted(names))[:60]} " if is_class else ""
            return f'{mark}"{line(words)[:60]}"'
    return ""


def _shown_by_radio(card: Card) -> Shown:
    """`<strong>name</strong> <em>(5 Available)</em> - description`: only the element that follows
    the name at once counts."""
    assert card.radio is not None
    name = card.node.css_first("strong, b")
    follower = name.next if name is not None else None
    while follower is not None and follower.is_text_node and not follower.text().strip():
        follower = follower.next
    if follower is not None and follower.tag == "em":
        words = line(text_of(follower))
        found = count_in_place(words)
        if found is not None:
            return Shown((found,), words)
        if is_sold_out(words) and not card.is_live:
            return Shown(sold_out=f'radio disabled "{words}"', is_marked=True)
        if card.is_live and words:
            return Shown(unclear=words)
    if card.is_live:
        return Shown()
    return Shown(sold_out="radio disabled", is_marked=_says_sold_out(card))


def _says_sold_out(card: Card) -> bool:
    """Old forms print "({Out of Stock})" somewhere behind the name."""
    texts = [line(one.text()) for one in card.node.iter(include_text=True) if one.is_text_node]
    texts += [line(text_of(one)) for one in card.node.css("em, span, small, i, font")]
    return any(is_sold_out(text) for text in texts if text)


def proof_of(card: Card, shown: Shown, form: OrderForm, *, is_new: bool, has_marks: bool) -> Proof:
    """`is_new`: the page is made by WHMCS 8 or later. `has_marks`: another card of this page is
    marked as sold out by the structure of the theme."""
    numbers = set(shown.numbers)
    is_mixed = bool(numbers) and bool(shown.unclear)
    if shown.sold_out == CONTRADICTION or len(numbers) > 1 or is_mixed:
        return Proof(Availability.UNKNOWN, evidence=CONTRADICTION)
    if numbers:
        number = numbers.pop()
        if shown.sold_out and number > 0:
            return Proof(Availability.UNKNOWN, evidence=CONTRADICTION)
        where = Availability.IN_STOCK if number > 0 else Availability.OUT_OF_STOCK
        return Proof(where, number, True, f'shown "{shown.number_text[:60]}"')
    if shown.unclear:
        return Proof(Availability.UNKNOWN, evidence=f'not a number: "{shown.unclear[:60]}"')
    if shown.sold_out:
        if card.radio is not None and form.name != "legacy_boxes" and not shown.is_marked:
            return Proof(Availability.UNKNOWN, evidence="radio disabled without a reason")
        return Proof(Availability.OUT_OF_STOCK, evidence=f"sold out: {shown.sold_out}")
    return _silent(card, form, is_new=is_new, has_marks=has_marks)


def _silent(card: Card, form: OrderForm, *, is_new: bool, has_marks: bool) -> Proof:
    """A card without a mark. Bundles have no stock of their own: nothing is said about theirs."""
    if card.is_bundle:
        return Proof(Availability.UNKNOWN, evidence="bundle without a mark")
    if not card.is_live:
        return Proof(Availability.UNKNOWN, evidence="neither order link nor mark")
    if form.silence is Silence.IN_STOCK:
        return Proof(Availability.IN_STOCK, evidence=f"order link ({form.name})")
    if form.silence is Silence.NEW_ONLY and is_new:
        return Proof(
            Availability.IN_STOCK, None, False, "no number where stock control would show one"
        )
    if not form.name and card.radio is None and may_be_gone(card):
        return Proof(Availability.UNKNOWN, evidence="order link, and words that it may be sold out")
    if not form.name and (label := in_stock_label(card)):
        return Proof(Availability.IN_STOCK, evidence=f'order link, label "{label}"')
    if has_marks:
        return Proof(Availability.IN_STOCK, evidence="order link, other cards are marked")
    return Proof(Availability.UNKNOWN, evidence="order link, which sold out products may have too")
