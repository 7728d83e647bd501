"""Asks a shop for pages as a polite visitor: one request at a time, a gap between them, and a
cookie jar of its own."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable
from urllib.parse import urljoin, urlsplit

from django.conf import settings
from urllib3 import HTTPHeaderDict

from common.http import REDIRECTS, Response, fetch
from common.http_address import shortened
from common.http_errors import RedirectRefusedError
from websites.sources.whmcs_storefront.result import Answer

MAX_PAGE_BYTES = 5 * 1024 * 1024
MAX_HOPS = 5
PAGE_SECONDS = 15.0
JITTER_SHARE = 0.5
_HEADERS = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.5", "Accept-Language": "en"}


class Visitor:
    """`budget_seconds` is how long all of its requests together may take."""

    def __init__(
        self, *, budget_seconds: float, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._until = time.monotonic() + budget_seconds
        self._sleep = sleep
        self._last = 0.0
        self._jar: dict[str, str] = {}
        self.requests_made = 0
        self.bytes_read = 0

    @property
    def seconds_left(self) -> float:
        return self._until - time.monotonic()

    def forget(self) -> None:
        """A new visitor: the shop must not answer for a cart that was filled before."""
        self._jar = {}

    def get(self, url: str) -> Answer:
        """One page, after redirects on the same host. Raises HttpError."""
        asked = url
        for hop in range(MAX_HOPS + 1):
            response = self._fetch(url, is_hop=hop > 0)
            location = response.headers.get("Location")
            if response.status not in REDIRECTS or not location:
                return Answer(
                    response.body, asked, response.url, response.status, dict(response.headers)
                )
            url = _same_host_goal(url, location)
        raise RedirectRefusedError("Too many redirects.", location="")

    def _fetch(self, url: str, *, is_hop: bool) -> Response:
        if not is_hop:
            self._wait()
        headers = dict(_HEADERS)
        if self._jar:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self._jar.items())
        try:
            response = fetch(
                "GET",
                url,
                headers=headers,
                deadline=max(min(PAGE_SECONDS, self.seconds_left), 1.0),
                max_bytes=min(MAX_PAGE_BYTES, settings.HTTP_MAX_BODY_BYTES),
            )
        finally:
            self._last = time.monotonic()
            self.requests_made += 1
        self.bytes_read += len(response.body)
        self._keep_cookies(response)
        return response

    def _wait(self) -> None:
        gap = settings.HOST_MIN_GAP_SECONDS
        if self._last and gap:
            gap *= 1 + JITTER_SHARE * random.random()  # noqa: S311 - spreads load, no secret
            self._sleep(max(self._last + gap - time.monotonic(), 0.0))

    def _keep_cookies(self, response: Response) -> None:
        for line in _set_cookies(response):
            pair, _, rest = line.partition(";")
            name, _, value = pair.strip().partition("=")
            if not name or not (name + value).isascii() or not (name + value).isprintable():
                continue
            if not value or value == "deleted" or "max-age=0" in rest.lower():
                self._jar.pop(name, None)
            elif len(self._jar) < 30 and len(value) < 2000:
                self._jar[name] = value


def _set_cookies(response: Response) -> Iterable[str]:
    headers = response.headers
    return headers.getlist("Set-Cookie") if isinstance(headers, HTTPHeaderDict) else ()


def _same_host_goal(source: str, location: str) -> str:
    """Where a redirect leads; raises RedirectRefusedError when that is another host."""
    try:
        goal = urljoin(source, location)
        old, new = urlsplit(source), urlsplit(goal)
        ports = (old.port or _default(old.scheme), new.port or _default(new.scheme))
    except ValueError:
        raise RedirectRefusedError("The shop redirects to an address that cannot be used.",
                                   location="") from None  # fmt: skip
    is_same = _bare(old.hostname) == _bare(new.hostname)
    if is_same and (ports[0] == ports[1] or ports == (80, 443)):
        return goal
    shown = shortened(f"{new.scheme}://{new.netloc.rpartition('@')[2]}{new.path}")
    raise RedirectRefusedError(
        f"{old.hostname} redirects to another host: {shown}.",
        location=shown,
        advice="If that is the right place, enter it as the address.",
    )


def _default(scheme: str) -> int:
    return 443 if scheme == "https" else 80


def _bare(host: str | None) -> str:
    return (host or "").lower().rstrip(".").removeprefix("www.")
