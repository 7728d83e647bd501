"""Pure: what an answer that is no page of products means, and what the operator does about it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from websites.sources.answers import (
    HEAD_BYTES,
    clean_text,
    is_page,
    page_error,
    rate_limited,
    status_error,
    truncated,
)
from websites.sources.errors import AuthError, BadAnswerError, SourceError

DOOR = "api/v2/store/products"
MISSING = "rest_missing"
ELSEWHERE = frozenset({MISSING, "login_required", "rest_refused", "blocked"})
"""Codes after which another routing mode may still answer."""

_LOGIN = re.compile(rb"<title>[^<]*(log ?in|sign ?in)[^<]*</title>|rp=/login|/login\"")


def rest_missing(status: int) -> BadAnswerError:
    return BadAnswerError(
        f"This shop does not offer the REST API of WHMCS (HTTP {status}).",
        code="rest_missing",
        advice="It is part of WHMCS 9.0 and later and may be switched off. Check that the address "
        "is the root of the WHMCS installation, often a folder such as /billing; for an older "
        "shop use the source WHMCS API with credentials.",
        status=status,
        page_class="not_found",
    )


def answer_error(status: int, headers: Mapping[str, str], body: bytes) -> SourceError | None:
    """What the status says; None when the body may be read."""
    message = _message(body) if status in (401, 403) else ""
    if message and not headers.get("cf-mitigated"):
        return AuthError(
            f"The shop does not show its products to visitors: {message}.",
            code="rest_refused",
            advice="Ask whoever runs the shop to let guests read the store, or use the source "
            "WHMCS API with credentials.",
            status=status,
            page_class="login",
        )
    return status_error(status, headers, body, door=DOOR, not_found=rest_missing)


def not_rest(body: bytes, status: int) -> SourceError:
    """A body that is no page of products."""
    known = page_error(body, status, door=DOOR)
    if known is not None:
        return known
    text = _message(body)
    if "rate limit" in text.lower():
        return rate_limited({}, status=status)
    if (body.lstrip()[:1] in (b"{", b"[") or b'{"data"' in body) and decoded(body) is None:
        return truncated(status)
    if is_page(body):
        return _login(status) if _is_login(body) else rest_missing(status)
    if text:
        return BadAnswerError(
            f"The REST API answered with an error: {text}.",
            code="rest_error",
            advice="The text comes from the shop; look it up in the WHMCS documentation.",
            status=status,
        )
    return BadAnswerError(
        "The answer is not one of the REST API of WHMCS.",
        code="not_rest",
        advice="Open the address of the shop with /api/v2/store/products in a browser: WHMCS 9 "
        "lists its products there. An add-on or a cache in front of it may change the answer.",
        status=status,
        page_class="unknown",
    )


def _login(status: int) -> AuthError:
    return AuthError(
        "The shop asks visitors to log in.",
        code="login_required",
        advice="Its products cannot be read without an account: use the source WHMCS API with "
        "credentials.",
        status=status,
        page_class="login",
    )


def _is_login(body: bytes) -> bool:
    head = body[:HEAD_BYTES].lower()
    return b'type="password"' in head and _LOGIN.search(head) is not None


def _message(body: bytes) -> str:
    value = decoded(body)
    text = value.get("message") if isinstance(value, dict) else None
    return clean_text(text).rstrip(".") if isinstance(text, str) else ""


def decoded(body: bytes) -> Any:
    """The JSON value of a body, None when there is none. Warnings that PHP code of other vendors
    prints before it are skipped."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        start = body.find(b'{"data"', 1)
    if start < 0:
        return None
    try:
        return json.loads(body[start:])
    except (ValueError, RecursionError):
        return None
