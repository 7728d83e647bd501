"""Pure: the groups that a page links to: every visible group of the shop is in its menu."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from websites.sources.whmcs_storefront.addresses import GroupRef, absolute, group_ref
from websites.sources.whmcs_storefront.document import Document, Node, attr, classes, text_of
from websites.sources.whmcs_storefront.words import name_of


class Group(NamedTuple):
    ref: GroupRef
    name: str
    url: str
    is_current: bool


# The first of these that lists groups counts: the menu of categories, its copy for small screens,
# the chooser of legacy_modern, that of version 5.
_MENUS = (
    '[menuitemname="Categories"] a',
    ".sidebar-collapsed option, select.list-group option, option.list-group-item",
    ".choosecat a, .category-chooser a",
    "#categories a, .cartcats a",
    ".sidebar a.list-group-item, .cart-sidebar a",
)


def groups_of(doc: Document, base: str) -> list[Group]:
    """In the order of the menu, each once. `base` completes relative links."""
    for menu in _MENUS:
        found = list(_groups(doc.css(menu), base))
        if found:
            return found
    links = list(_groups(doc.css('a[href*="gid="]'), base))
    return links or list(_groups(doc.css('a[href*="/store/"]'), base))


def _groups(nodes: list[Node], base: str) -> Iterator[Group]:
    seen: set[str] = set()
    for node in nodes:
        address = attr(node, "value" if node.tag == "option" else "href")
        ref = group_ref(address)
        url = absolute(address, base)
        if ref is None or not url or ref.key in seen:
            continue
        seen.add(ref.key)
        is_current = "active" in classes(node) or "selected" in node.attributes
        yield Group(ref, _label(node), url, is_current)


def _label(node: Node) -> str:
    """The text without the badge that counts something."""
    text = text_of(node)
    for badge in node.css(".badge"):
        text = text.replace(text_of(badge), " ", 1)
    return name_of(text, 190)
