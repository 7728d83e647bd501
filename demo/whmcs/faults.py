"""Everything that goes wrong between a shop and its caller.

A fault takes the clean reply and its options and returns what is really sent. Options:
cloudflare(status) · rate_limited(retry_after) · drip(seconds, chunks) · hang(seconds) ·
delay(seconds) · redirect(location, status) · oversize(bytes, declared) · error(message, status) ·
partial(keep) · text(body, status, content_type).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from demo.server import Delivery, Reply, html_reply
from demo.storefront_faults import PAGE_FAULTS
from demo.whmcs.answers import encode
from demo.whmcs.formats import error_body

Options = dict[str, Any]
Fault = Callable[[Reply, Options], Reply]

WARNING = (
    b"<br />\n<b>Warning</b>:  Undefined variable $client in "
    b"<b>/home/shop/public_html/includes/hooks/custom.php</b> on line <b>12</b><br />\n"
)
MAINTENANCE = (
    "<!DOCTYPE html><html><head><title>Maintenance</title></head><body>"
    "<h1>Down for maintenance</h1><p>We are performing maintenance. Out of Stock.</p></body></html>"
)
FORBIDDEN = (
    "<html><head><title>403 Forbidden</title></head><body><center><h1>403 Forbidden</h1></center>"
    "<hr><center>nginx</center></body></html>"
)
CHALLENGE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head><body>"
    "<script>window._cf_chl_opt={cvId:'3'};</script>"
    '<script src="/cdn-cgi/challenge-platform/h/b/orchestrate/chl_page/v1"></script></body></html>'
)


def _changed(reply: Reply, body: bytes) -> Reply:
    return replace(reply, body=body)


def _travelling(reply: Reply, delivery: Delivery) -> Reply:
    return replace(reply, delivery=delivery)


def _warning(reply: Reply, _: Options) -> Reply:
    return _changed(reply, WARNING + reply.body)


def _bom(reply: Reply, _: Options) -> Reply:
    return _changed(reply, b"\xef\xbb\xbf" + reply.body)


def _truncated(reply: Reply, _: Options) -> Reply:
    return _changed(reply, reply.body[: max(1, len(reply.body) // 2)])


def _html(_: Reply, options: Options) -> Reply:
    return html_reply(200, str(options.get("body", MAINTENANCE)))


def _forbidden_html(_: Reply, __: Options) -> Reply:
    return html_reply(403, FORBIDDEN)


def _cloudflare(_: Reply, options: Options) -> Reply:
    """403 and 503 are challenges, 520 to 522 say that the origin failed."""
    status = int(options.get("status", 403))
    headers = (("Server", "cloudflare"), ("CF-RAY", "8f0000000000abcd-FRA"))
    if status in (403, 503):
        return html_reply(status, CHALLENGE, *headers, ("cf-mitigated", "challenge"))
    return html_reply(status, f"<html><body>error code: {status}</body></html>", *headers)


def _rate_limited(_: Reply, options: Options) -> Reply:
    """`retry_after`: seconds or an HTTP date; left out = no header."""
    after = options.get("retry_after")
    headers = () if after is None else (("Retry-After", str(after)),)
    return html_reply(429, "Too Many Requests", *headers)


def _rest_rate_limited(reply: Reply, _: Options) -> Reply:
    """As the REST API says it: no Retry-After, no other header."""
    body = encode({"message": "Rate Limit Exceeded"})
    return replace(reply, status=429, body=body, headers=())


def _php_error(_: Reply, __: Options) -> Reply:
    return html_reply(500, "<b>Fatal error</b>: Uncaught PDOException: SQLSTATE[HY000] [2002]")


def _empty(reply: Reply, _: Options) -> Reply:
    return _changed(reply, b"")


def _drip(reply: Reply, options: Options) -> Reply:
    chunks = max(1, int(options.get("chunks", 20)))
    size = max(1, len(reply.body) // chunks)
    gap = float(options.get("seconds", 10)) / chunks
    return _travelling(reply, Delivery(chunk_bytes=size, gap_seconds=gap))


def _hang(reply: Reply, options: Options) -> Reply:
    """Takes the request and never answers; the connection ends after `seconds`."""
    seconds = float(options.get("seconds", 60))
    return _travelling(reply, Delivery(delay_seconds=seconds, is_answered=False))


def _reset(reply: Reply, _: Options) -> Reply:
    return _travelling(reply, Delivery(is_answered=False))


def _delay(reply: Reply, options: Options) -> Reply:
    return _travelling(reply, Delivery(delay_seconds=float(options.get("seconds", 1))))


def _redirect(_: Reply, options: Options) -> Reply:
    location = str(options["location"])
    return html_reply(int(options.get("status", 302)), "", ("Location", location))


def _oversize(reply: Reply, options: Options) -> Reply:
    """Valid JSON with a long tail of blanks; `declared` false leaves Content-Length out."""
    total = int(options.get("bytes", 17 * 1024 * 1024))
    padded = _changed(reply, reply.body.ljust(total, b" "))
    declared = bool(options.get("declared", True))
    return _travelling(padded, Delivery(chunk_bytes=65536, is_length_declared=declared))


def _error(reply: Reply, options: Options) -> Reply:
    message = str(options.get("message", "An error occurred"))
    return replace(reply, status=int(options.get("status", 200)), body=error_body(message))


def _partial(reply: Reply, options: Options) -> Reply:
    """A list cut short that still claims its full number."""
    value = json.loads(reply.body)
    rows = value["products"]["product"]
    value["products"]["product"] = rows[: int(options.get("keep", 1))]
    return _changed(reply, encode(value))


def _text(reply: Reply, options: Options) -> Reply:
    return replace(
        reply,
        status=int(options.get("status", 200)),
        body=str(options.get("body", "OK")).encode(),
        content_type=str(options.get("content_type", "text/plain")),
    )


FAULTS: dict[str, Fault] = {
    "warning": _warning,
    "bom": _bom,
    "truncated": _truncated,
    "html": _html,
    "forbidden_html": _forbidden_html,
    "cloudflare": _cloudflare,
    "rate_limited": _rate_limited,
    "rest_rate_limited": _rest_rate_limited,
    "php_error": _php_error,
    "empty": _empty,
    "drip": _drip,
    "hang": _hang,
    "reset": _reset,
    "delay": _delay,
    "redirect": _redirect,
    "oversize": _oversize,
    "error": _error,
    "partial": _partial,
    "text": _text,
    **PAGE_FAULTS,
}
