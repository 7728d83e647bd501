"""Pure: the elements of a page that order a product, what they name, and whether they work."""

from __future__ import annotations

import re
from collections.abc import Iterator

from websites.sources.whmcs_storefront.addresses import ProductRef, product_ref
from websites.sources.whmcs_storefront.document import (
    Document,
    Node,
    ancestors,
    attr,
    classes,
    has_attr,
    is_hidden,
    text_of,
)
from websites.sources.whmcs_storefront.strings import is_no_order, is_unavailable

ORDER_LINKS = "a[href], a[onclick], button[onclick], input[onclick], form"
_ONCLICK = re.compile(r"(?:location(?:\.href)?\s*=|window\.open\()\s*['\"]([^'\"]+)['\"]")
SUBMITS = 'input[type="submit"], input[type="image"], button'
_OFF_CLASSES = frozenset(
    {"disabled", "unavailable", "out-of-stock", "outofstock", "sold-out", "soldout"}
)
_ELSEWHERE_TAGS = frozenset({"nav", "header", "footer", "aside", "select"})
_ELSEWHERE_CLASSES = frozenset(
    {"sidebar", "breadcrumb", "navbar", "nav", "dropdown-menu", "modal", "cart-sidebar", "footer"}
)
_ELSEWHERE_IDS = frozenset({"header", "footer", "nav", "navbar", "main-menu"})


def address_of(node: Node) -> str:
    """Where a link, a button with a script or a form of version 5 leads; "" for nothing."""
    given = node.attributes
    if node.tag == "form":
        return _form_address(node)
    href = given.get("href") or ""
    if product_ref(href) is not None:
        return href
    found = _ONCLICK.search(given.get("onclick") or "")
    return found[1] if found else href


def product_ref_of(node: Node) -> ProductRef | None:
    return product_ref(address_of(node))


def _form_address(form: Node) -> str:
    """The product stands in its address, or in a hidden field."""
    action = attr(form, "action")
    if product_ref(action) is not None:
        return action
    for field in form.css('input[type="hidden"]'):
        name = attr(field, "name")
        if name in ("pid", "bid"):
            return f"cart.php?a=add&{name}={attr(field, 'value')}"
    return ""


def is_live(node: Node) -> bool:
    """It can be followed, and does not say that the product is gone."""
    if node.tag == "form":
        return any(is_live(one) for one in node.css(SUBMITS))
    if has_attr(node, "disabled") or classes(node) & _OFF_CLASSES or is_hidden(node):
        return False
    words = attr(node, "value") if node.tag == "input" else text_of(node)
    if is_unavailable(words) or is_no_order(words):
        return False
    return node.tag in ("button", "input") or product_ref_of(node) is not None


def loose_links(doc: Document, taken: set[int]) -> Iterator[tuple[Node, ProductRef]]:
    """Those outside of menus and of the cards that are known already (`taken`)."""
    for link in doc.css(ORDER_LINKS):
        ref = product_ref_of(link)
        if ref is not None and not _is_elsewhere(link, taken):
            yield link, ref


def _is_elsewhere(node: Node, taken: set[int]) -> bool:
    for one in ancestors(node):
        if one.mem_id in taken or one.tag in _ELSEWHERE_TAGS or has_attr(one, "menuitemname"):
            return True
        if classes(one) & _ELSEWHERE_CLASSES or one.id in _ELSEWHERE_IDS:
            return True
    return False
