"""Pure: one public page of a WHMCS shop -> its class and what it proves about products.

Raise PARSER_VERSION whenever the same bytes would be read differently.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

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


def read_page(answer: Answer) -> Page:
    """Any bytes in, a Page out: no exception, and never more than the page proves."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    html = decoded(answer.body, headers.get("content-type", ""))
    failure = failure_by_answer(answer.status, headers, html)
    if failure:
        return Page(failure)
    doc = Document(html)
    final = answer.url or answer.asked
    base = doc.base(final)
    form = form_of(doc)
    page = Page(
        UNKNOWN,
        form.name,
        groups=groups_of(doc, base),
        is_whole=doc.is_whole,
        is_whmcs=_is_whmcs(html, headers),
        template=form.name or _root_of(doc),
    )
    landing = landing_of(doc, final)
    if landing is not None and landing.is_sure:
        return _landed(page, landing, answer)
    items = items_of(doc, form, base)
    if landing is not None and not items:
        return _landed(page, landing, answer)
    is_proved = any(item.availability is not Availability.UNKNOWN for item in items)
    is_shop = bool(form.name) and (bool(items) or is_listing(doc))
    # A wall of some kind may link to products, too.
    failure = "" if is_proved or is_shop else failure_by_page(doc, final)
    if failure or not (items or is_shop):
        return replace(page, page=failure or UNKNOWN)
    return replace(page, page=LISTING, items=items, group_name=group_name(doc))


def _is_whmcs(html: str, headers: Mapping[str, str]) -> bool:
    return "whmcs" in headers.get("set-cookie", "").lower() or any(mark in html for mark in _MARKS)


def _root_of(doc: Document) -> str:
    """The root of an order form we do not know, as a name for the look of the page."""
    return next((name for name in doc.ids if name.startswith("order-")), "")[:60]


def _landed(page: Page, landing: Landing, answer: Answer) -> Page:
    """The page names no product: the address it was asked for does."""
    if not page.is_whole or landing.kind == "unclear":
        return page
    final = answer.url or answer.asked
    if landing.kind == SOLD_OUT and action_of(final) in _AFTER_THE_CART:
        return page
    ref = product_ref(answer.asked) or product_ref(final)
    if landing.pid:
        if ref is not None and ref.pid and ref.pid != landing.pid:
            return page
        ref = ProductRef(pid=landing.pid)
    where = Availability.IN_STOCK if landing.kind == PRODUCT else Availability.OUT_OF_STOCK
    url = answer.asked if product_ref(answer.asked) is not None else ""
    item = Item(ref, landing.name, where, url=url, evidence=landing.evidence)
    return replace(page, page=landing.kind, items=[item])
