"""Pure: where an order link ends: on the page to configure the product, on the choice of a domain,
or on the page that says it is sold out."""

from __future__ import annotations

from typing import NamedTuple

from websites.sources.whmcs_storefront.addresses import action_of
from websites.sources.whmcs_storefront.document import Document, Node, attr, is_hidden, text_of
from websites.sources.whmcs_storefront.strings import is_sold_out, is_sold_out_description
from websites.sources.whmcs_storefront.words import line, name_of

_ALERTS = ".error-heading, .errorbox, .message-danger, .alert-danger"
_PARTS = "h1, h2, h3, h4, h5, p, strong, .message-title, .message-text"
_TEXTS = "p, .margin-bottom"


class Landing(NamedTuple):
    """`pid`: named by the page itself, "" when it does not."""

    kind: str
    pid: str = ""
    name: str = ""
    evidence: str = ""
    is_sure: bool = True
    """False for a message that a list of products may carry, too."""


def landing_of(doc: Document, final_url: str) -> Landing | None:
    """None for every other page. "product" means that it can be ordered, "sold_out" that it
    cannot, "unclear" that the page shows marks of both."""
    form = _product_form(doc, final_url)
    title, is_sure = _sold_out_title(doc)
    if form is not None and title:
        return Landing("unclear", evidence="order form and sold out message")
    if form is not None:
        return form
    return Landing("sold_out", evidence=title, is_sure=is_sure) if title else None


def _product_form(doc: Document, final_url: str) -> Landing | None:
    """The form outranks any text: options may be called "Out of Stock"."""
    configure = doc.by_id("frmConfigureProduct")
    if configure is not None and configure.css_first('input[name="i"]') is not None:
        return Landing("product", "", _title(doc), "form#frmConfigureProduct")
    button = doc.by_id("btnCompleteProductConfig")
    if button is not None and action_of(final_url) == "confproduct":
        return Landing("product", "", _title(doc), "#btnCompleteProductConfig")
    domain = doc.by_id("frmProductDomain")
    if domain is None:
        return None
    shown = doc.by_id("frmProductDomainPid")
    pid = attr(shown, "value") if shown is not None else ""
    return Landing("product", pid if pid.isdecimal() else "", "", "form#frmProductDomain")


def _title(doc: Document) -> str:
    return name_of(text_of(doc.first(".product-title")))


def _sold_out_title(doc: Document) -> tuple[str, bool]:
    """(words, whether only this page has them). The error page of the order forms serves other
    errors, too: only its words prove this one."""
    for alert in doc.css(_ALERTS):
        if is_hidden(alert):
            continue
        is_own = _is_error_page(alert)
        for part in (alert, *alert.css(_PARTS)):
            words = line(text_of(part))
            if is_sold_out_description(words):
                return f'"{words[:80]}"', True
            if is_sold_out(words):
                return f'"{words[:80]}"', is_own
        for paragraph in doc.css(_TEXTS) if is_own else ():
            if is_sold_out_description(text_of(paragraph)):
                return f'"{line(text_of(paragraph))[:80]}"', True
    boxes = doc.by_id("order-boxes")
    heading = boxes.css_first("h1") if boxes is not None else None
    if heading is not None and is_sold_out(text_of(heading)):
        return f'"{line(text_of(heading))[:80]}"', False
    return "", True


def _is_error_page(alert: Node) -> bool:
    return "error-heading" in attr(alert, "class").split()
