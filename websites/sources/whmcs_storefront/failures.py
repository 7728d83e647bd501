"""Pure: pages that say nothing about stock: blocks, log-ins, limits, maintenance, errors."""

from __future__ import annotations

import re

from websites.sources.whmcs_storefront.addresses import is_login
from websites.sources.whmcs_storefront.document import (
    Document,
    Node,
    ancestors,
    attr,
    classes,
    text_of,
)
from websites.sources.whmcs_storefront.words import plain

_CHALLENGES = (
    "_cf_chl_opt",
    "cf-browser-verification",
    "attention required! | cloudflare",
    "error code: 1020",
    "cf-error-details",
    "sucuri website firewall",
    "incapsula incident",
    "imunify360",
    "ddos-guard",
    "mod_security",
    "modsecurity",
    "_incapsula_resource",
    "aws-waf-token",
    "challenge-platform/h/",
)
_TITLES = ("just a moment", "access denied", "please wait", "attention required", "ddos protection",
           "bot verification", "security check", "checking your browser")  # fmt: skip
_MAINTENANCE = ("maintenance", "be right back", "wartungsarbeiten", "mantenimiento", "manutenção")
_NOT_FOUND = (
    "we couldn't find that page",
    "page not found",
    "404 not found",
    "product unavailable",
)
_LIMITS = ("you have sent too many requests", "too many requests", "rate limit exceeded")
_ERRORS = ("security warning", "license required", "licensing issue", "license error",
           "licence error", "oops, something went wrong", "critical error",
           "fatal error", "database error", "internal server error", "bad gateway")  # fmt: skip


def failure_by_answer(status: int, html: str, *, is_mitigated: bool) -> str:
    """The class that status and headers decide alone, "" when the page has to be read.
    `is_mitigated`: a firewall says in a header that it answers itself."""
    if is_mitigated:
        return "blocked"
    if status == 429:
        return "rate_limited"
    if status in (404, 410):
        return "not_found"
    if status >= 400:
        return _refusal(status, html[:65536].lower())
    return "error" if status >= 300 or not html or html.isspace() else ""


def _refusal(status: int, head: str) -> str:
    is_challenge = any(mark in head for mark in _CHALLENGES)
    if is_challenge or status in (401, 403, 406, 407, 451):
        return "blocked"
    if status == 503 and any(word in head for word in _MAINTENANCE):
        return "maintenance"
    return "error"


def failure_by_page(doc: Document, final_url: str) -> str:
    """The class of a page without products, "" when it is none of these. For pages that list
    nothing only: a product may be named after a firewall or a maintenance plan."""
    title = plain(text_of(doc.first("title")))
    heads = " | ".join(plain(text_of(one)) for one in doc.css("h1, h2, h3, .alert strong"))
    said = f"{title} | {heads}"
    head = doc.html[:65536].lower()
    if any(mark in head for mark in _CHALLENGES) or any(one in title for one in _TITLES):
        return "blocked"
    if any("fa-gavel" in attr(icon, "class") for icon in doc.css(".alert-danger i")):
        return "blocked"
    icon = _error_icon(doc)
    if icon:
        return icon
    for words, kind in ((_LIMITS, "rate_limited"), (_NOT_FOUND, "not_found"), (_ERRORS, "error")):
        if any(word in said for word in words):
            return kind
    if any(word in said for word in _MAINTENANCE) or _is_short_and_says(doc, _MAINTENANCE):
        return "maintenance"
    if _is_short_and_says(doc, _LIMITS):
        return "rate_limited"
    if _is_short_and_says(doc, _ERRORS):
        return "error"
    return "login" if _is_login_wall(doc, final_url) else ""


def _error_icon(doc: Document) -> str:
    """The vendor's error pages, in any language: an icon, a heading, and one button (too many
    requests) or two (not found)."""
    is_error = doc.first("h1.display-1") is not None and doc.first("i.fa-exclamation-circle")
    if is_error or doc.first(".error-container h1 i") is not None:
        return "rate_limited" if len(doc.css(".buttons a[href]")) == 1 else "not_found"
    if doc.first("h2 i.fa-times.text-danger, h2 i.text-danger") is not None:
        return "not_found"
    return "not_found" if doc.first(".page-not-found, #error-404, .error-404") else ""


def _is_short_and_says(doc: Document, words: tuple[str, ...]) -> bool:
    """A few sentences without a page around them."""
    body = doc.tree.body
    text = plain(body.text(deep=True, separator=" ")[:1200]) if body is not None else ""
    return len(text) < 800 and any(word in text for word in words)


def _is_around(node: Node) -> bool:
    """Part of the head or foot of every page, where themes put a small log-in form."""
    return node.tag in ("header", "nav", "footer") or bool(
        classes(node) & {"dropdown-menu", "modal", "navbar", "topbar", "top-nav"}
    )


def _is_login_wall(doc: Document, final_url: str) -> bool:
    for form in doc.css("form"):
        if any(_is_around(one) for one in ancestors(form)):
            continue
        names = {attr(one, "name") for one in form.css("input")}
        if "password" in names and names & {"username", "email"}:
            action = attr(form, "action")
            return (
                is_login(final_url)
                or "login" in action.lower()
                or re.search(r"\blogin-form\b|\blogincontainer\b", doc.html) is not None
            )
    return False
