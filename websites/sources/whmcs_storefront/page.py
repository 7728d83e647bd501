"""Pure: one public page of a WHMCS shop -> its class and what it proves about products.

Raise PARSER_VERSION whenever the same bytes would be read differently.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from websites.sources.base import Availability
from websites.sources.whmcs_storefront.addresses import (
    ProductRef,
    action_of,
    product_ref,
)
from websites.sources.whmcs_storefront.document import Document, decoded
from websites.sources.whmcs_storefront.failures import failure_by_answer, failure_by_page
from websites.sources.whmcs_storefront.landing import Landing, landing_of
from websites.sources.whmcs_storefront.listing import form_of, group_name, is_listing, items_of
from websites.sources.whmcs_storefront.result import (
    LISTING,
    PRODUCT,
    SOLD_OUT,
    UNKNOWN,
    Answer,
    Item,
    Page,
)
from websites.sources.whmcs_storefront.sidebar import groups_of

PARSER_VERSION = 2

_MARKS = ("csrfToken", "whmcsBaseUrl", "menuItemName=", "menuitemname=", "/templates/orderforms/")
_AFTER_THE_CART = frozenset({"view", "checkout", "complete", "confdomains", "fraudcheck"})


class Envelope(NamedTuple):
    """All that counts of an answer beside its text. `asked` is the address it was asked for, `url`
    where it ended."""

    asked: str
    url: str
    status: int
    is_mitigated: bool
    has_cookie: bool


def read_page(answer: Answer) -> Page:
    """Any bytes in, a Page out: no exception, and never more than the page proves."""
    return read_text(*opened(answer))


def opened(answer: Answer) -> tuple[str, Envelope]:
    """The text of an answer, and what came around it."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    envelope = Envelope(
        answer.asked,
        answer.url or answer.asked,
        answer.status,
        is_mitigated=bool(headers.get("cf-mitigated")),
        has_cookie="whmcs" in headers.get("set-cookie", "").lower(),
    )
    return decoded(answer.body, headers.get("content-type", "")), envelope


def read_text(html: str, envelope: Envelope) -> Page:
    """As `read_page`. Nothing but these two decides what it says."""
    failure = failure_by_answer(envelope.status, html, is_mitigated=envelope.is_mitigated)
    if failure:
        return Page(failure)
    doc = Document(html)
    final = envelope.url
    base = doc.base(final)
    form = form_of(doc)
    page = Page(
        UNKNOWN,
        form.name,
        groups=tuple(groups_of(doc, base)),
        is_whole=doc.is_whole,
        is_whmcs=envelope.has_cookie or any(mark in html for mark in _MARKS),
        template=form.name or _root_of(doc),
    )
    landing = landing_of(doc, final)
    if landing is not None and landing.is_sure:
        return _landed(page, landing, envelope)
    items = items_of(doc, form, base)
    if landing is not None and not items:
        return _landed(page, landing, envelope)
    is_proved = any(item.availability is not Availability.UNKNOWN for item in items)
    is_shop = bool(form.name) and (bool(items) or is_listing(doc))
    # A wall of some kind may link to products, too.
    failure = "" if is_proved or is_shop else failure_by_page(doc, final)
    if failure or not (items or is_shop):
        return replace(page, page=failure or UNKNOWN)
    return replace(page, page=LISTING, items=tuple(items), group_name=group_name(doc))


def _root_of(doc: Document) -> str:
    """The root of an order form we do not know, as a name for the look of the page."""
    return next((name for name in doc.ids if name.startswith("order-")), "")[:60]


def _landed(page: Page, landing: Landing, envelope: Envelope) -> Page:
    """The page names no product: the address it was asked for does."""
    if not page.is_whole or landing.kind == "unclear":
        return page
    if landing.kind == SOLD_OUT and action_of(envelope.url) in _AFTER_THE_CART:
        return page
    ref = product_ref(envelope.asked) or product_ref(envelope.url)
    if landing.pid:
        if ref is not None and ref.pid and ref.pid != landing.pid:
            return page
        ref = ProductRef(pid=landing.pid)
    where = Availability.IN_STOCK if landing.kind == PRODUCT else Availability.OUT_OF_STOCK
    url = envelope.asked if product_ref(envelope.asked) is not None else ""
    item = Item(ref, landing.name, where, url=url, evidence=landing.evidence)
    return replace(page, page=landing.kind, items=(item,))
