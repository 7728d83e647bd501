"""Pure: what an answer that is no product list means, and what the operator does about it.

Texts and codes as seen on real shops; the vendor publishes no list of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from websites.sources.errors import (
    AuthError,
    BadAnswerError,
    BlockedError,
    RateLimitedError,
    SourceError,
    UnreachableError,
)

SETTINGS_PATH = "Configuration > System Settings"
HEAD_BYTES = 65536
"""Marks of firewalls and texts of pages are looked for in this much of a body."""

_FIREWALLS = (
    b"just a moment",
    b"/cdn-cgi/challenge-platform/",
    b"_cf_chl_opt",
    b"attention required! | cloudflare",
    b"error code: 1020",
    b"error 1020",
    b"sucuri website firewall",
    b"incapsula incident",
    b"imunify360",
    b"ddos-guard",
    b"mod_security",
    b"modsecurity",
)
_MAINTENANCE = (b"maintenance", b"be right back")


def clean_text(text: str, limit: int = 200) -> str:
    """A foreign text as one printable line without markup."""
    plain = re.sub(r"<[^<>]*>", " ", text[: limit * 10])
    shown = "".join(char if char.isprintable() else " " for char in plain)
    return " ".join(shown.split())[:limit]


def api_error(message: str, *, status: int = 200) -> SourceError:
    """The error for a message of the API itself (`result=error`)."""
    text = clean_text(message)
    lowered = text.lower()
    if lowered.startswith("invalid ip"):
        named = re.search(r"[0-9a-f]*[.:][0-9a-f.:]*[0-9a-f]", lowered)
        address = named.group() if named else "of this server"
        return AuthError(
            f"The shop does not let this server in: {text}.",
            code="ip_not_allowed",
            advice=f"In WHMCS open {SETTINGS_PATH} > General Settings > Security and add the "
            f"address {address} to API IP Access Restriction (exact addresses only, no ranges).",
            status=status,
            page_class="login",
        )
    if "invalid permissions" in lowered or ("action" in lowered and "not allowed" in lowered):
        action = re.search(r'action "?(\w+)"?', text, re.IGNORECASE)
        name = _action_name(action.group(1)) if action else "GetProducts"
        return AuthError(
            f"The API credentials work, but their role may not call {name}.",
            code="permission_missing",
            advice=f"In WHMCS open {SETTINGS_PATH} > API Credentials > API Roles, edit the role "
            f"of these credentials and tick {name} (under Products).",
            status=status,
            page_class="login",
        )
    return _credentials_error(text, lowered, status) or _business_error(text, lowered, status)


def _action_name(action: str) -> str:
    known = {"getproducts": "GetProducts", "whmcsdetails": "WhmcsDetails"}
    return known.get(action.lower(), action)


def _credentials_error(text: str, lowered: str, status: int) -> SourceError | None:
    if "disabled" in lowered and ("administrator" in lowered or "account" in lowered):
        return AuthError(
            "The administrator these API credentials belong to is disabled.",
            code="account_disabled",
            advice=f"Enable the administrator in WHMCS ({SETTINGS_PATH} > Administrator Users) or "
            "make API credentials for another one.",
            status=status,
            page_class="login",
        )
    if "access denied" in lowered:
        return AuthError(
            "The administrator these API credentials belong to may not use the API.",
            code="access_denied",
            advice=f"In WHMCS open {SETTINGS_PATH} > Administrator Roles and tick API Access for "
            "the role of that administrator.",
            status=status,
            page_class="login",
        )
    marks = ("authentication failed", "invalid or missing credentials", "invalid password",
             "invalid credentials")  # fmt: skip
    if any(mark in lowered for mark in marks):
        return AuthError(
            "The shop does not accept the API identifier and secret.",
            code="bad_credentials",
            advice="Compare both with the pair in WHMCS "
            f"({SETTINGS_PATH} > API Credentials); if the secret is lost, make a new pair. "
            "The login of an administrator does not work here.",
            status=status,
            page_class="login",
        )
    return None


def _business_error(text: str, lowered: str, status: int) -> SourceError:
    if re.search(r"action.{0,40}not (be )?found|not found.{0,40}action|unknown action", lowered):
        return BadAnswerError(
            "This WHMCS does not know the action GetProducts.",
            code="unsupported",
            advice="Check the version of the shop; GetProducts is part of every supported one.",
            status=status,
        )
    if "rate limit" in lowered or "too many" in lowered:
        return rate_limited({}, status=status)
    return BadAnswerError(
        f"The API answered with an error: {text or 'no message'}.",
        code="api_error",
        advice="The text comes from the shop; look it up in the WHMCS documentation.",
        status=status,
    )


def rate_limited(headers: Mapping[str, str], *, status: int = 429) -> RateLimitedError:
    return RateLimitedError(
        "The shop asks to be read less often.",
        advice="Polling goes on more slowly by itself. If it happens often, use a longer interval.",
        retry_after=retry_after_seconds(headers.get("Retry-After", "")),
        status=status,
        page_class="rate_limited",
    )


def retry_after_seconds(value: str, now: datetime | None = None) -> float | None:
    """Retry-After (RFC 9110 10.2.3): seconds or an HTTP date; None for anything else."""
    text = value.strip()
    if text.isascii() and text.isdecimal():
        return float(min(int(text[:12]), 86_400 * 7))
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    wait = (moment - (now or datetime.now(tz=UTC))).total_seconds()
    return max(0.0, min(wait, 86_400.0 * 7))


def http_error(status: int, headers: Mapping[str, str], body: bytes) -> SourceError | None:
    """What the status or a firewall in front of the shop says; None when the body may be read.

    Words are looked for in failures only: a product may well be named after a firewall.
    """
    if status == 429:
        return rate_limited(headers)
    if headers.get("cf-mitigated"):
        return _blocked(status)
    if status < 300:
        return None
    head = body[:HEAD_BYTES].lower()
    if status in (401, 403, 406) or any(mark in head for mark in _FIREWALLS):
        return _blocked(status)
    if status >= 500:
        return _server_error(status, headers, head)
    if 300 <= status < 400:
        return BadAnswerError(
            "The shop redirects without saying where.",
            code="redirected",
            advice="Look at the address in a browser and enter the one it ends at.",
            status=status,
        )
    return _not_found(status)


def _blocked(status: int) -> BlockedError:
    return BlockedError(
        f"A firewall in front of the shop refused the request (HTTP {status}).",
        advice="Ask whoever runs the shop to let the address of this server through to "
        "includes/api.php: a skip rule in Cloudflare, an exception in ModSecurity or the like.",
        status=status,
        page_class="blocked",
    )


def _server_error(status: int, headers: Mapping[str, str], head: bytes) -> SourceError:
    if status == 503 and any(mark in head for mark in _MAINTENANCE):
        return maintenance(headers, status)
    origin = 520 <= status <= 530
    return UnreachableError(
        f"The server behind Cloudflare does not answer (HTTP {status})."
        if origin
        else f"The shop failed with HTTP {status}.",
        code="server_error",
        advice="This is a fault on the side of the shop; polling goes on by itself. If it lasts, "
        "tell whoever runs the shop (error log of PHP and WHMCS).",
        retry_after=retry_after_seconds(headers.get("Retry-After", "")),
        status=status,
    )


def _not_found(status: int) -> BadAnswerError:
    return BadAnswerError(
        f"There is no WHMCS API at this address (HTTP {status}).",
        code="api_not_found",
        advice="Give the root of the WHMCS installation, often with a folder: "
        "https://shop.example/billing, /clients or /whmcs.",
        status=status,
        page_class="not_found",
    )


def maintenance(headers: Mapping[str, str], status: int) -> UnreachableError:
    return UnreachableError(
        "The shop is down for maintenance.",
        code="maintenance",
        advice="Nothing to do: polling goes on by itself.",
        retry_after=retry_after_seconds(headers.get("Retry-After", "")),
        status=status,
        page_class="maintenance",
    )


def not_whmcs(body: bytes, status: int = 200) -> SourceError:
    """A body that is neither JSON nor one of the API's own texts."""
    head = body[:HEAD_BYTES].lower()
    if not body.strip():
        return BadAnswerError(
            "The shop sent an empty answer.",
            code="empty_answer",
            advice="Usually PHP stopped in the middle: look into the error log of the shop.",
            status=status,
        )
    if any(mark in head for mark in _FIREWALLS):
        return _blocked(status)
    is_page = b"<html" in head or b"<!doctype" in head or b"<body" in head
    if is_page and any(mark in head for mark in _MAINTENANCE):
        return maintenance({}, status)
    return BadAnswerError(
        "A web page came instead of an API answer."
        if is_page
        else "The answer is not one of the WHMCS API.",
        code="not_whmcs",
        advice="Open the address with /includes/api.php in a browser: a WHMCS answers with "
        "result=error. If something else shows, give the root of the WHMCS installation.",
        status=status,
        page_class="unknown",
    )
