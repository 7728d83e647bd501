"""The only door outward: every request to an address that a person typed leaves through fetch().

It follows the policy of the settings (ALLOW_PRIVATE_NETWORKS, HTTP_ALLOWED_PORTS), caps time and
size, keeps connections alive, ignores proxies of the environment and keeps no cookies.
"""

from __future__ import annotations

import json as jsonlib
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urlencode, urljoin

from django.conf import settings
from django.db import connections
from urllib3 import BaseHTTPResponse, HTTPHeaderDict, Timeout
from urllib3.exceptions import (
    DecodeError,
    HTTPError,
    ProtocolError,
    ReadTimeoutError,
    SSLError,
)
from urllib3.exceptions import TimeoutError as Urllib3TimeoutError
from urllib3.util import Url

from common.http_address import parse_url_strictly, port_of, shortened
from common.http_errors import (
    BodyTooLargeError,
    ConnectFailedError,
    HttpError,
    InvalidUrlError,
    RedirectRefusedError,
    TimedOutError,
    TlsFailedError,
)
from common.http_proxy import proxy_pools
from common.http_socket import CONNECT_SECONDS, READ_SECONDS, clock, pools

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 25.0
MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})
READ_BYTES = 1 << 20

Redirects = Literal["none", "same_host", "any"]


@dataclass(frozen=True, slots=True)
class Response:
    """A complete answer. Header names match in any case; `body` is decoded (gzip, deflate).

    `url` is where it came from after redirects; `elapsed` is in seconds.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    url: str
    elapsed: float


def fetch(
    method: str,
    url: str,
    *,
    data: Mapping[str, str] | bytes | None = None,
    json: Any = None,
    headers: Mapping[str, str] | None = None,
    deadline: float | None = None,
    max_bytes: int | None = None,
    redirects: Redirects = "none",
) -> Response:
    """Sends one request and reads the whole answer; any status is an answer.

    `data` is a form or raw bytes, `json` a value to encode. `deadline` in seconds (25) holds for
    everything after name resolution, redirects included; `max_bytes` caps the decoded body.
    `redirects`: "none" returns a 3xx as it is; "same_host" follows to the same host (www. and
    http to https included) with method and body; "any" follows GET and HEAD anywhere. A redirect
    outside of that raises RedirectRefusedError. A request that finds its kept-alive connection
    closed is sent once more on a new one.
    Raises HttpError; RuntimeError when a database transaction is open.
    """
    _refuse_open_transaction()
    started = time.monotonic()
    clock.deadline = started + (DEADLINE_SECONDS if deadline is None else deadline)
    body, sent = _encoded(data, json, headers)
    target = parse_url_strictly(url)
    for _ in range(MAX_REDIRECTS + 1):
        answer = _exchange(method, target, body, sent, max_bytes or settings.HTTP_MAX_BODY_BYTES)
        location = answer.headers.get("Location")
        if redirects == "none" or answer.status not in REDIRECTS or not location:
            return Response(
                answer.status, answer.headers, answer.body, target.url, time.monotonic() - started
            )
        goal = _redirect_goal(target, location)
        _refuse_redirect(method, target, goal, redirects, has_body=body is not None)
        if answer.status == 303 and method != "HEAD":
            method, body = "GET", None
            sent.pop("Content-Type", None)
        if not _is_same_host(target, goal):
            sent.pop("Authorization", None)
            sent.pop("Cookie", None)
        target = goal
    raise RedirectRefusedError("Too many redirects.", location=_shown(target))


def _refuse_open_transaction() -> None:
    """A slow peer must never hold database locks. Transactions that wrap a test do not count."""
    for connection in connections.all(initialized_only=True):
        if any(not getattr(block, "_from_testcase", False) for block in connection.atomic_blocks):
            raise RuntimeError("network call inside a database transaction")


def _encoded(
    data: Mapping[str, str] | bytes | None, json: Any, headers: Mapping[str, str] | None
) -> tuple[bytes | None, HTTPHeaderDict]:
    sent = HTTPHeaderDict(
        {"User-Agent": settings.USER_AGENT, "Accept-Encoding": "gzip, deflate", "Accept": "*/*"}
    )
    body: bytes | None = None
    if json is not None:
        body = jsonlib.dumps(json, separators=(",", ":")).encode()
        sent["Content-Type"] = "application/json"
    elif isinstance(data, bytes):
        body = data
    elif data is not None:
        body = urlencode(data).encode()
        sent["Content-Type"] = "application/x-www-form-urlencoded"
    for name, value in (headers or {}).items():
        sent[name] = value
    return body, sent


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: HTTPHeaderDict
    body: bytes


def _exchange(
    method: str, url: Url, body: bytes | None, headers: HTTPHeaderDict, max_bytes: int
) -> _Answer:
    try:
        response = _send(method, url, body, headers)
        try:
            content = _read(response, max_bytes)
        except BaseException:
            response.close()
            raise
    except HttpError:
        raise
    except HTTPError as error:
        raise _named(error, url) from None
    except TimeoutError:
        raise _too_slow(url) from None
    except (OSError, ValueError) as error:
        # ValueError: what http.client says to header lines that are none.
        logger.info("http_failed host=%s error=%s", url.host, type(error).__name__)
        raise HttpError(f"The request to {url.host} failed.") from None
    return _Answer(response.status, response.headers, content)


def _send(method: str, url: Url, body: bytes | None, headers: HTTPHeaderDict) -> BaseHTTPResponse:
    goal = url.request_uri
    proxy = proxy_pools(url)
    if proxy is not None and url.scheme == "http":
        # Without encryption the proxy is told the whole address, and who asks, with each request.
        goal = url.url
        headers = HTTPHeaderDict(headers)
        headers.update(proxy.proxy_headers)
    pool = (proxy or pools()).connection_from_host(url.host, port=port_of(url), scheme=url.scheme)

    def ask() -> BaseHTTPResponse:
        return pool.urlopen(
            method,
            goal,
            body=body,
            headers=headers,
            retries=False,
            redirect=False,
            assert_same_host=False,
            preload_content=False,
            decode_content=True,
            timeout=Timeout(connect=CONNECT_SECONDS, read=clock.left(READ_SECONDS)),
        )

    clock.has_connected = False
    try:
        return ask()
    except ProtocolError:
        # The server closed a kept-alive connection in the moment we used it.
        if clock.has_connected:
            raise
    return ask()


def _read(response: BaseHTTPResponse, max_bytes: int) -> bytes:
    """The decoded body; stops reading as soon as it is over the cap."""
    chunks: list[bytes] = []
    size = 0
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared[:19]) > max_bytes:
        raise _too_large(max_bytes)
    while chunk := response.read(min(READ_BYTES, max_bytes + 1 - size)):
        chunks.append(chunk)
        size += len(chunk)
        if size > max_bytes:
            raise _too_large(max_bytes)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


def _too_large(max_bytes: int) -> BodyTooLargeError:
    return BodyTooLargeError(
        f"The answer is larger than {max_bytes:,} bytes.",
        advice="The operator can raise HTTP_MAX_BODY_BYTES.",
    )


def _too_slow(url: Url) -> TimedOutError:
    return TimedOutError(
        f"{url.host} took too long to answer.",
        advice="Check that the host is up and not overloaded.",
    )


def _named(error: HTTPError, url: Url) -> HttpError:
    """Our error for one of the HTTP library, whose texts show addresses and are not repeated."""
    logger.info("http_failed host=%s error=%s", url.host, type(error).__name__)
    if isinstance(error, ReadTimeoutError | Urllib3TimeoutError):
        return _too_slow(url)
    if isinstance(error, SSLError):
        return TlsFailedError(
            f"No secure connection to {url.host}: its certificate or protocol was not accepted.",
            advice="Check that the certificate is valid for this host name and has not expired.",
        )
    if isinstance(error, ProtocolError):
        return ConnectFailedError(
            f"The connection to {url.host} broke before the answer was complete."
        )
    if isinstance(error, DecodeError):
        return ConnectFailedError(f"The answer of {url.host} is compressed in a broken way.")
    return HttpError(f"The request to {url.host} failed.")


def _redirect_goal(source: Url, location: str) -> Url:
    try:
        return parse_url_strictly(urljoin(source.url, location))
    except (InvalidUrlError, ValueError):
        raise RedirectRefusedError(
            f"{source.host} redirects to an address that cannot be used.", location=""
        ) from None


def _refuse_redirect(
    method: str, source: Url, goal: Url, redirects: Redirects, *, has_body: bool
) -> None:
    shown = _shown(goal)
    message = f"{source.host} redirects to another host: {shown}."
    if source.scheme == "https" and goal.scheme == "http" and has_body:
        message = f"{source.host} redirects to an unencrypted address: {shown}."
    elif _is_same_host(source, goal) or (redirects == "any" and method in ("GET", "HEAD")):
        return
    raise RedirectRefusedError(
        message,
        location=shown,
        advice="If that is the right place, enter it as the address.",
    )


def _is_same_host(one: Url, other: Url) -> bool:
    """Also true for the step from http to https and for www. in front of either."""
    if _bare(one) != _bare(other):
        return False
    ports = (port_of(one), port_of(other))
    return ports[0] == ports[1] or ports == (80, 443)


def _bare(url: Url) -> str:
    return (url.host or "").rstrip(".").removeprefix("www.")


def _shown(url: Url) -> str:
    """Scheme, host, port and path: a query may carry secrets."""
    return shortened(Url(scheme=url.scheme, host=url.host, port=url.port, path=url.path).url)
