"""Pure: what only the scripts of a page tell: the products of cloud_slider, which never shows stock,
and the names of universal_slider."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from websites.sources.whmcs_storefront.addresses import ProductRef
from websites.sources.whmcs_storefront.document import Document

_START = re.compile(r"\ballProducts\s*=\s*\{")
_ENTRY = re.compile(
    r'"(name|pid|bid|displayPrice|productUrl|product_url)"\s*:\s*"((?:[^"\\]|\\.)*)"'
)


_NAMED = re.compile(r"products\['((?:[^'\\\n]|\\.)*)'\]\s*=\s*'(b?[0-9]{1,10})'")


class Slide(NamedTuple):
    ref: ProductRef
    name: str
    price: str
    href: str


def slides_of(doc: Document) -> list[Slide]:
    for script in doc.css("script"):
        text = script.text(deep=True)
        found = _START.search(text)
        if found and not doc.is_cut(script):
            return list(_slides(text[found.end() :]))
    return []


def _slides(text: str) -> Iterator[Slide]:
    """Each entry begins with its name; the fields of one belong together."""
    fields: dict[str, str] = {}
    for found in _ENTRY.finditer(text.partition("};")[0]):
        if found[1] == "name" and fields:
            yield from _slide(fields)
            fields = {}
        fields.setdefault(found[1], _unescaped(found[2]))
    yield from _slide(fields)


def _unescaped(text: str) -> str:
    try:
        return str(json.loads(f'"{text}"'))
    except ValueError:
        return text


def _slide(fields: dict[str, str]) -> Iterator[Slide]:
    pid, bid = fields.get("pid", ""), fields.get("bid", "")
    href = fields.get("productUrl") or fields.get("product_url") or ""
    if re.fullmatch(r"[1-9][0-9]{0,9}", pid or bid):
        ref = ProductRef(pid=pid) if pid else ProductRef(bid=bid)
        yield Slide(ref, fields.get("name", ""), fields.get("displayPrice", ""), href)


def slider_names(doc: Document) -> dict[str, str]:
    """Key of a product (12, b12) -> its name, as universal_slider fills its slider."""
    names: dict[str, str] = {}
    for script in doc.css("script"):
        for found in _NAMED.finditer(script.text(deep=True)):
            names[found[2]] = html.unescape(found[1].replace("\\'", "'"))
    return names
