"""Pure: the bytes of a page as a tree, and which parts of it were cut off.

A page that breaks off in the middle must not lie: `<span class="qty">25` may have been 250. So a
mark is put behind the last byte; every element that ends up around the mark was never closed.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from websites.sources.whmcs_storefront.counts import LONGEST_MARK

Node = LexborNode

_WHOLE = re.compile(
    r"</html\s*>(?:\s|<!--(?:(?!-->).)*-->|<script\b[^>]*>(?:(?!</script).)*</script\s*>)*$",
    re.IGNORECASE | re.DOTALL,
)
_TAIL_CHARS = 20_000
_CUT_ID = "cut-here-7d1f"
# A template may stand anywhere, also in tables and lists of options, without being moved.
_CUT_MARK = f'<template id="{_CUT_ID}"></template>'
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.I
)
_HEADER_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{2,40})", re.I)


def decoded(body: bytes, content_type: str = "") -> str:
    """The text of a page: charset of the header, else of the page, else UTF-8."""
    for mark, charset in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(charset, "replace")
    header = _HEADER_CHARSET.search(content_type)
    meta = _META_CHARSET.search(body[:4096])
    for name in (header and header[1], meta and meta[1].decode("ascii")):
        if name:
            try:
                return body.decode(codecs.lookup(name).name, "replace")
            except (LookupError, UnicodeError):
                continue
    return body.decode("utf-8", "replace")


class Document:
    """`is_whole`: nothing was cut off. `ids`: elements by id, in the order of the page."""

    def __init__(self, html: str) -> None:
        html = html.replace("\x00", "")
        self.html = html
        self.is_whole = bool(_WHOLE.search(html[-_TAIL_CHARS:]))
        self._open: frozenset[int] | None = frozenset()
        if self.is_whole:
            self.tree = LexborHTMLParser(html)
        else:
            self._parse_marked(html)
        self.ids: dict[str, list[Node]] = {}
        for node in self.css("[id]"):
            self.ids.setdefault(node.id or "", []).append(node)

    def _parse_marked(self, html: str) -> None:
        for text in (html, html[: max(html.rfind("<"), 0)]):
            self.tree = LexborHTMLParser(text + _CUT_MARK)
            mark = self.tree.css_first(f"template#{_CUT_ID}")
            if mark is not None:
                self._open = frozenset(node.mem_id for node in ancestors(mark))
                self.is_whole = text is html and all(
                    node.tag in ("html", "body", "head") for node in ancestors(mark)
                )
                return
        self._open = None

    def base(self, address: str) -> str:
        """What relative links of the page start from: its <base>, else its own address."""
        node = self.first("base[href]")
        try:
            return urljoin(address, attr(node, "href").strip()) if node is not None else address
        except ValueError:
            return address

    def css(self, selector: str) -> list[Node]:
        return self.tree.css(selector)

    def first(self, selector: str) -> Node | None:
        return self.tree.css_first(selector)

    def by_id(self, name: str) -> Node | None:
        found = self.ids.get(name)
        return found[0] if found else None

    def is_cut(self, node: Node) -> bool:
        """The page broke off inside of this element, or nobody can tell where it broke off."""
        return self._open is None or node.mem_id in self._open


def ancestors(node: Node) -> Iterator[Node]:
    """Its parents, the nearest first."""
    parent = node.parent
    while parent is not None and parent.is_element_node:
        yield parent
        parent = parent.parent


def text_of(node: Node | None) -> str:
    return node.text(deep=True, separator=" ") if node is not None else ""


_BETWEEN = "\x1f"
"""Counts as a blank wherever texts are compared."""


def short_texts_of(node: Node) -> frozenset[str]:
    """The parts of `text_of` as they stand between tags, without those too long for a mark."""
    texts = node.text(deep=True, separator=_BETWEEN).split(_BETWEEN)
    return frozenset([text for text in set(map(str.strip, texts)) if len(text) <= LONGEST_MARK])


def attr(node: Node, name: str) -> str:
    return node.attributes.get(name) or ""


def has_attr(node: Node, name: str) -> bool:
    return name in node.attributes


def classes(node: Node) -> frozenset[str]:
    return frozenset(attr(node, "class").split())


_SHOWN_ON_SOME = re.compile(r"d-(?:sm|md|lg|xl|xxl)-(?!none)")
_NOT_DISPLAYED = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_HIDDEN = frozenset({"hidden", "d-none", "w-hidden", "hide", "invisible"})


def is_hidden(node: Node) -> bool:
    """This element is there but not shown, on screens of any width."""
    given = node.attributes
    if "hidden" in given:
        return True
    if _NOT_DISPLAYED.search(given.get("style") or ""):
        return True
    names = frozenset((given.get("class") or "").split())
    return bool(names & _HIDDEN) and not any(_SHOWN_ON_SOME.match(name) for name in names)
