"""Pure: a page that lists products -> one Item each."""

from __future__ import annotations

import re
from collections.abc import Sequence

from websites.sources.base import Availability
from websites.sources.whmcs_storefront import scripts
from websites.sources.whmcs_storefront.addresses import ProductRef, absolute, shop_root
from websites.sources.whmcs_storefront.cards import Card, find_cards
from websites.sources.whmcs_storefront.document import Document, Node, ancestors, classes, text_of
from websites.sources.whmcs_storefront.forms import BY_ROOT, UNKNOWN_FORM, OrderForm, Silence
from websites.sources.whmcs_storefront.identity import is_new, ref_of, scheme_of
from websites.sources.whmcs_storefront.prices import NO_PRICE, Price, price_of
from websites.sources.whmcs_storefront.result import Item
from websites.sources.whmcs_storefront.stock import CONTRADICTION, Shown, proof_of, shown_on
from websites.sources.whmcs_storefront.words import name_of

_PRICES = ".price, .pricing, .price-cont, .product-pricing, .package-price, .price-amount"
_FEES = re.compile(r"<(?:small|del|s|strike)\b")
_HEADINGS = ".header-lined h1, #headline, .product-group-headline, .title-bar h1, h1"


def form_of(doc: Document) -> OrderForm:
    for root_id, form in BY_ROOT.items():
        if root_id in doc.ids:
            return form
    return UNKNOWN_FORM


def is_listing(doc: Document) -> bool:
    """It has the place where products stand, or asks to choose a group, though none are there."""
    root = next((doc.by_id(root_id) for root_id in BY_ROOT if root_id in doc.ids), None)
    if root is None:
        return False
    if "products" in doc.ids or "product-selector" in doc.ids:
        return True
    forms = root.css_first("form, .error-heading, .view-cart-items, .alert-danger")
    return forms is None and root.css_first(".alert-info") is not None


def group_name(doc: Document) -> str:
    return name_of(text_of(doc.first(_HEADINGS)), 190)


def items_of(doc: Document, form: OrderForm, base: str) -> list[Item]:
    """Products in the order of the page, each once; `base` completes relative links."""
    currency = _chosen_currency(doc)
    if form.silence is Silence.NOTHING and form.name:
        return [_slide_item(slide, base, currency) for slide in scripts.slides_of(doc)]
    cards = find_cards(doc)
    scheme = scheme_of(cards, form)
    forms = [_form_for(card, form) for card in cards]
    shown = [shown_on(card, own) for card, own in zip(cards, forms, strict=True)]
    new = is_new(cards, scheme, form) or any(_counts_nothing(one, form) for one in shown)
    marked = [card for card, one in zip(cards, shown, strict=True) if one.is_marked][:8]
    names = {} if all(card.name for card in cards) else scripts.slider_names(doc)
    found: list[Item] = []
    for card, own, marks_of_card in zip(cards, forms, shown, strict=True):
        marks = any(_is_alike(card, other) for other in marked)
        proof = proof_of(card, marks_of_card, own, is_new=new, has_marks=marks)
        price = _price(card, currency)
        ref = ref_of(card, scheme)
        found.append(
            Item(
                ref,
                card.name or name_of(names.get(ref.key, "") if ref else ""),
                proof.availability,
                proof.quantity,
                proof.stock_control,
                price.amount,
                price.currency,
                absolute(card.href, base) if card.href else _order_url(ref, base),
                proof.evidence,
            )
        )
    return _once(found)


def _form_for(card: Card, form: OrderForm) -> OrderForm:
    """A theme may keep the root id of a form and draw its cards in another way, and advertisements
    link to products, too: then the silence of a card means nothing."""
    if form.name == "standard_cart":
        name = card.part("name")
        is_theirs = name is not None and name.parent is not None and name.parent.tag == "header"
    elif form.name == "legacy_boxes":
        is_theirs = card.radio is not None
    elif form.name == "legacy_modern":
        is_theirs = card.node.css_first("div.name") is not None
    else:
        is_theirs = "order-button" in card.parts or "unavailable" in card.parts
    return form if is_theirs else UNKNOWN_FORM


def _is_alike(one: Card, other: Card) -> bool:
    """Both are drawn by the same template: what marks the one would mark the other."""
    if one.node.tag != other.node.tag or (one.radio is None) != (other.radio is None):
        return False
    mine, theirs = classes(one.node), classes(other.node)
    if mine != theirs and not mine & theirs:
        return False
    return len(list(ancestors(one.node))) == len(list(ancestors(other.node)))


def _counts_nothing(shown: Shown, form: OrderForm) -> bool:
    """A number of 0 or below: older versions show numbers above 0 only (and below, never 0)."""
    return form.silence is Silence.NEW_ONLY and 0 in shown.numbers


def _once(items: Sequence[Item]) -> list[Item]:
    """A product listed twice: what is proved outranks what is not; two proofs that differ prove
    nothing."""
    by_key: dict[str, Item] = {}
    order: list[Item | str] = []
    for item in items:
        if item.ref is None:
            order.append(item)
        elif item.ref.key not in by_key:
            by_key[item.ref.key] = item
            order.append(item.ref.key)
        else:
            by_key[item.ref.key] = _merged(by_key[item.ref.key], item)
    return [by_key[one] if isinstance(one, str) else one for one in order]


def _merged(one: Item, other: Item) -> Item:
    if other.availability is Availability.UNKNOWN or one.stock == other.stock:
        return one if other.evidence != CONTRADICTION else other
    if one.availability is Availability.UNKNOWN and one.evidence != CONTRADICTION:
        return other._replace(name=other.name or one.name)
    return one._replace(
        availability=Availability.UNKNOWN,
        quantity=None,
        stock_control=None,
        evidence=CONTRADICTION,
    )


def _order_url(ref: ProductRef | None, base: str) -> str:
    if ref is None or ref.slug:
        return ""
    what = f"pid={ref.pid}" if ref.pid else f"bid={ref.bid}"
    return absolute(f"{shop_root(base)}/cart.php?a=add&{what}", base)


def _slide_item(slide: scripts.Slide, base: str, currency: str) -> Item:
    price = price_of(slide.price, currency)
    return Item(
        slide.ref,
        name_of(slide.name),
        Availability.UNKNOWN,
        price=price.amount,
        currency=price.currency,
        url=absolute(slide.href, base) if slide.href else _order_url(slide.ref, base),
        evidence="cloud_slider never shows stock",
    )


# --- Prices and names ----------------------------------------------------------------------------


def _chosen_currency(doc: Document) -> str:
    for choice in doc.css('select[name="currency"] option[selected], .currencychooser a.active'):
        code = name_of(text_of(choice), 8)
        if len(code) == 3 and code.isascii() and code.isupper():
            return code
    return ""


def _price(card: Card, currency: str) -> Price:
    own = card.part("price")
    scope = own if own is not None else card.node
    places = [*scope.css(_PRICES), *([own] if own is not None else [])]
    for place in places:
        found = price_of(_without_fees(place), currency)
        if found.amount is not None:
            return found
    return NO_PRICE


def _without_fees(place: Node) -> str:
    """The text without set-up fees and without prices that are crossed out."""
    text = text_of(place)
    if not _FEES.search(place.html or ""):
        return text
    for one in place.css("small, del, s, strike"):
        text = text.replace(text_of(one), " ", 1)
    return text
