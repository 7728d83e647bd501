"""Pure: what an answer that is no product list means, and what the operator does about it.

Texts and codes as seen on real shops; the vendor publishes no list of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from websites.sources.answers import clean_text, is_page, page_error, rate_limited, status_error
from websites.sources.errors import AuthError, BadAnswerError, SourceError

SETTINGS_PATH = "Configuration > System Settings"
DOOR = "includes/api.php"


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


def http_error(status: int, headers: Mapping[str, str], body: bytes) -> SourceError | None:
    """What the status or a firewall in front of the shop says; None when the body may be read."""
    return status_error(status, headers, body, door=DOOR, not_found=_not_found)


def _not_found(status: int) -> BadAnswerError:
    return BadAnswerError(
        f"There is no WHMCS API at this address (HTTP {status}).",
        code="api_not_found",
        advice="Give the root of the WHMCS installation, often with a folder: "
        "https://shop.example/billing, /clients or /whmcs.",
        status=status,
        page_class="not_found",
    )


def not_whmcs(body: bytes, status: int = 200) -> SourceError:
    """A body that is neither JSON nor one of the API's own texts."""
    known = page_error(body, status, door=DOOR)
    if known is not None:
        return known
    return BadAnswerError(
        "A web page came instead of an API answer."
        if is_page(body)
        else "The answer is not one of the WHMCS API.",
        code="not_whmcs",
        advice="Open the address with /includes/api.php in a browser: a WHMCS answers with "
        "result=error. If something else shows, give the root of the WHMCS installation.",
        status=status,
        page_class="unknown",
    )
