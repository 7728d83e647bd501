"""The REST API v2 of WHMCS 9 (api/v2/store/products): exact stock without credentials."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings

from common.http import Response, fetch
from common.http_address import parse_url_strictly
from common.http_errors import HttpError, TimedOutError
from common.plugin import ConfigField
from websites.sources.answers import request_error
from websites.sources.base import (
    Availability,
    CheckResult,
    Snapshot,
    SourceContext,
    StockReading,
)
from websites.sources.errors import SourceError
from websites.sources.whmcs_rest.config import FIELDS, PAGE_SIZE, RestConfig, shop_root
from websites.sources.whmcs_rest.errors import ELSEWHERE, MISSING, answer_error
from websites.sources.whmcs_rest.parser import body_hash, page_rows, parse_pages

DEADLINE_SECONDS = 25.0
"""For all pages of one read; well under the time after which the queue ends a task."""

MAX_PAGES = 40
CAPS = frozenset({50, 100, 200, 250})
"""A page of so many rows may be one that the shop cut shorter than asked: 50 is its default."""


class WhmcsRestSource:
    kind: ClassVar[str] = "whmcs_rest"
    label: ClassVar[str] = "WHMCS REST API"
    is_polled: ClassVar[bool] = True
    is_html: ClassVar[bool] = False
    is_public: ClassVar[bool] = True
    read_seconds: ClassVar[float] = DEADLINE_SECONDS
    needs_refs: ClassVar[bool] = False
    CONFIG: ClassVar[Sequence[ConfigField]] = FIELDS

    def __init__(self, context: SourceContext) -> None:
        self.config = RestConfig.of(context.url, context.config)
        self.base, self.pages = _remembered(context.memory, self.config.bases)

    def read(self, refs: Sequence[str], *, known_hash: str = "") -> Snapshot:
        """Reads as many pages as the last time first: when `known_hash` names them, none is
        decoded. Raises SourceError also for a failure on a later page: half a list is none."""
        return _Read(self.config, self.base, self.pages).run(known_hash)

    def check(self) -> CheckResult:
        """Finds the routing mode and reads the products; says what works or the exact fix."""
        reader = _Read(self.config, "", 0)
        try:
            snapshot = reader.run("")
        except SourceError as error:
            return CheckResult(False, error.code, error.message, error.advice)
        readings = snapshot.readings
        if not snapshot.is_complete:
            return CheckResult(
                ok=False,
                code="partial_answer",
                message=f"The shop sent only a part of its catalogue ({len(readings)} products).",
                advice="Test again: the list may have moved while it was read. If this stays so, "
                "an add-on or a cache in front of the API mixes its pages up.",
            )
        counted = sum(one.quantity is not None for one in readings)
        unknown = sum(one.availability is Availability.UNKNOWN for one in readings)
        return CheckResult(
            ok=True,
            code="ok",
            message=f"OK: {len(readings)} products, {counted} with stock numbers, "
            "WHMCS REST API (no credentials needed).",
            advice=" ".join(filter(None, [reader.address_advice(), _stock_advice(unknown)])),
            details={"products": len(readings), "with_numbers": counted, "base": reader.base},
        )

    def discover(self) -> Sequence[StockReading]:
        """Everything the shop shows to visitors."""
        return self.read(()).readings


class _Read:
    """One read of all pages under one deadline and one cap of size."""

    def __init__(self, config: RestConfig, base: str, pages: int) -> None:
        self.config = config
        self.base = base
        self.expected = pages
        self.until = time.monotonic() + DEADLINE_SECONDS
        self.requests = 0
        self.bodies: list[bytes] = []
        self.status = 200
        self.answered_at = ""

    def run(self, known_hash: str) -> Snapshot:
        self.bodies = [self._first()]
        if known_hash:
            while len(self.bodies) < self.expected:
                self.bodies.append(self._page(self.base, len(self.bodies) + 1))
            if body_hash(self.bodies) == known_hash:
                return self._snapshot(is_unchanged=True)
        pages, is_whole = self._all_rows()
        listing = parse_pages(pages, currency=self.config.currency, shop_root=self.config.root)
        return self._snapshot(
            readings=listing.readings, is_complete=listing.is_complete and is_whole
        )

    def _snapshot(self, **found: Any) -> Snapshot:
        return Snapshot(
            body_hash=body_hash(self.bodies),
            status=self.status,
            bytes_read=sum(map(len, self.bodies)),
            requests_made=self.requests,
            memory={"base": self.base, "pages": len(self.bodies)},
            **found,
        )

    def address_advice(self) -> str:
        answered = shop_root(self.answered_at)
        if not self.config.root or answered == shop_root(parse_url_strictly(self.config.root).url):
            return ""
        return (
            "Each poll is redirected. To save that, enter what it leads to as the address: "
            f"{answered}."
        )

    # --- Pages ------------------------------------------------------------------------------

    def _all_rows(self) -> tuple[list[list[Any]], bool]:
        """(rows by page, the list was read to its end). A page that is longer than the first one
        means that the shop changed its mind about their size."""
        rows = [page_rows(self.bodies[0], status=self.status)]
        size = len(rows[0])
        while not _is_last(len(rows[-1]), size):
            if len(rows) == MAX_PAGES:
                return rows, False
            if len(self.bodies) == len(rows):
                self.bodies.append(self._page(self.base, len(rows) + 1))
            rows.append(page_rows(self.bodies[len(rows)], status=self.status))
            if rows[-1] == rows[-2]:
                return rows, False  # the shop does not turn pages
        del self.bodies[len(rows) :]
        return rows, all(len(page) <= size for page in rows)

    def _first(self) -> bytes:
        """The first page; finds the routing mode when none is known or the known one is gone. A known
        one that only refuses us is left in peace."""
        problems: list[SourceError] = []
        for base in sorted(self.config.bases, key=lambda one: one != self.base):
            try:
                body = self._page(base, 1)
                if base != self.base or not _seems_json(body):
                    page_rows(body, status=self.status)
            except SourceError as error:
                is_kept = base == self.base and error.code != MISSING
                if is_kept or error.code not in ELSEWHERE:
                    raise
                problems.append(error)
                continue
            self.base = base
            return body
        raise next((one for one in problems if one.code != MISSING), problems[0])

    def _page(self, base: str, number: int) -> bytes:
        """Raises SourceError when the answer is no 2xx."""
        response = self._ask(self.config.page_url(base, number))
        self.status, self.answered_at = response.status, response.url
        failure = answer_error(response.status, response.headers, response.body)
        if failure is not None:
            raise failure
        return response.body

    def _ask(self, url: str) -> Response:
        left = self.until - time.monotonic()
        room = settings.HTTP_MAX_BODY_BYTES - sum(map(len, self.bodies))
        try:
            if left <= 0:
                raise TimedOutError("The shop took too long to answer.")
            self.requests += 1
            return fetch(
                "GET",
                url,
                headers={"Accept": "application/json"},
                redirects="same_host",
                deadline=left,
                max_bytes=max(room, 1),
            )
        except HttpError as error:
            raise request_error(error, redirected=_redirected) from None


def _remembered(memory: Mapping[str, Any], bases: Sequence[str]) -> tuple[str, int]:
    """(routing mode, number of pages) of the last read; ("", 0) when there was none."""
    base, pages = memory.get("base"), memory.get("pages")
    if base in bases and isinstance(pages, int) and 0 < pages <= MAX_PAGES:
        return str(base), pages
    return "", 0


def _seems_json(body: bytes) -> bool:
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _is_last(count: int, size: int) -> bool:
    """`size`: rows of the first page. Full pages are followed by another one, as far as we know."""
    return count == 0 or count != size or (size != PAGE_SIZE and size not in CAPS)


def _stock_advice(unknown: int) -> str:
    return f"{unknown} products show no usable stock: they stay unknown." if unknown else ""


def _redirected(location: str) -> str:
    return f"If it is your shop, set the address of this website to {shop_root(location)}."
