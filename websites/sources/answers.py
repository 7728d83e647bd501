"""Pure: what answers of JSON sources mean that hold no list. Shared by all of them.

`door` is the path an operator has to let us through to, for example "includes/api.php".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from common.backoff import retry_after_seconds as retry_after_seconds
from common.http_errors import (
    AddressRefusedError,
    BodyTooLargeError,
    HttpError,
    InvalidUrlError,
    RedirectRefusedError,
)
from websites.sources.errors import (
    BadAnswerError,
    BlockedError,
    RateLimitedError,
    SourceError,
    UnreachableError,
)

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


def status_error(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    door: str,
    not_found: Callable[[int], SourceError],
) -> SourceError | None:
    """What the status or a firewall in front of the shop says; None when the body may be read.

    Words are looked for in failures only: a product may well be named after a firewall.
    """
    if status == 429:
        return rate_limited(headers)
    if headers.get("cf-mitigated"):
        return blocked(status, door)
    if status < 300:
        return None
    head = body[:HEAD_BYTES].lower()
    if status in (401, 403, 406) or any(mark in head for mark in _FIREWALLS):
        return blocked(status, door)
    if status >= 500:
        return _server_error(status, headers, head)
    if 300 <= status < 400:
        return BadAnswerError(
            "The shop redirects without saying where.",
            code="redirected",
            advice="Look at the address in a browser and enter the one it ends at.",
            status=status,
        )
    return not_found(status)


def page_error(body: bytes, status: int, *, door: str) -> SourceError | None:
    """What a body means that should have been JSON; None when nothing known stands in it."""
    head = body[:HEAD_BYTES].lower()
    if not body.strip():
        return BadAnswerError(
            "The shop sent an empty answer.",
            code="empty_answer",
            advice="Usually PHP stopped in the middle: look into the error log of the shop.",
            status=status,
        )
    if any(mark in head for mark in _FIREWALLS):
        return blocked(status, door)
    if is_page(body) and any(mark in head for mark in _MAINTENANCE):
        return maintenance({}, status)
    return None


def is_page(body: bytes) -> bool:
    """A web page, whatever it says."""
    head = body[:HEAD_BYTES].lower()
    return b"<html" in head or b"<!doctype" in head or b"<body" in head


def truncated(status: int) -> BadAnswerError:
    return BadAnswerError(
        "The answer of the shop breaks off in the middle.",
        code="truncated",
        advice="Usually PHP ran out of time or memory: raise max_execution_time and "
        "memory_limit of the shop.",
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


def blocked(status: int, door: str) -> BlockedError:
    return BlockedError(
        f"A firewall in front of the shop refused the request (HTTP {status}).",
        advice="Ask whoever runs the shop to let the address of this server through to "
        f"{door}: a skip rule in Cloudflare, an exception in ModSecurity or the like.",
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


def maintenance(headers: Mapping[str, str], status: int) -> UnreachableError:
    return UnreachableError(
        "The shop is down for maintenance.",
        code="maintenance",
        advice="Nothing to do: polling goes on by itself.",
        retry_after=retry_after_seconds(headers.get("Retry-After", "")),
        status=status,
        page_class="maintenance",
    )


def request_error(
    error: HttpError, *, redirected: Callable[[str], str] = lambda _: ""
) -> SourceError:
    """What a failed request means for the website. `redirected` makes the advice for a redirect
    to another host out of where it leads."""
    if isinstance(error, RedirectRefusedError):
        advice = redirected(error.location) if error.location else ""
        return BadAnswerError(
            error.message,
            code=error.code,
            advice=advice or "Look at the address in a browser and enter the one it ends at.",
        )
    if isinstance(error, BodyTooLargeError):
        return BadAnswerError(
            error.message,
            code=error.code,
            advice="If the catalogue is really that large, the operator can raise "
            "HTTP_MAX_BODY_BYTES.",
        )
    if isinstance(error, InvalidUrlError | AddressRefusedError):
        return BadAnswerError(error.message, code=error.code, advice=error.advice)
    return UnreachableError(
        error.message, code=error.code, advice=error.advice or "Polling goes on by itself."
    )
