"""The External API of WHMCS (includes/api.php): the whole catalogue in one authenticated answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import ClassVar

from common.http import Response, fetch
from common.http_address import parse_url_strictly
from common.http_errors import HttpError
from common.plugin import ConfigField
from common.redaction import MASK
from websites.sources.answers import clean_text, request_error
from websites.sources.base import (
    Availability,
    CheckResult,
    Snapshot,
    SourceContext,
    StockReading,
)
from websites.sources.errors import AuthError, SourceError
from websites.sources.whmcs_api.config import API_PATH, FIELDS, WhmcsConfig, shop_root
from websites.sources.whmcs_api.decoding import decode, error_message
from websites.sources.whmcs_api.errors import api_error, http_error
from websites.sources.whmcs_api.parser import Listing, body_hash, parse_products

DEADLINE_SECONDS = 25.0
"""For one answer; well under the time after which the queue ends a task."""

# Refusals of WhmcsDetails that say nothing about GetProducts: many roles do not list it.
_DETAILS_ONLY = frozenset({"permission_missing"})


class WhmcsApiSource:
    kind: ClassVar[str] = "whmcs_api"
    label: ClassVar[str] = "WHMCS API"
    is_polled: ClassVar[bool] = True
    is_html: ClassVar[bool] = False
    is_public: ClassVar[bool] = False
    read_seconds: ClassVar[float] = DEADLINE_SECONDS
    needs_refs: ClassVar[bool] = False
    CONFIG: ClassVar[Sequence[ConfigField]] = FIELDS

    def __init__(self, context: SourceContext) -> None:
        self.config = WhmcsConfig.of(context.url, {**context.config, **context.credentials})

    def read(self, refs: Sequence[str], *, known_hash: str = "") -> Snapshot:
        """One request: the API has no paging, and one answer serves all monitors of the shop.

        A body that `known_hash` names is not decoded.
        """
        with self._masking():
            return self._read(known_hash)

    def _read(self, known_hash: str) -> Snapshot:
        response = self._call("GetProducts")
        found_hash = body_hash(response.body)
        if found_hash == known_hash:
            return Snapshot(
                is_unchanged=True,
                body_hash=found_hash,
                status=response.status,
                bytes_read=len(response.body),
            )
        listing = self._parsed(response)
        return Snapshot(
            readings=listing.readings,
            is_complete=listing.is_complete,
            body_hash=found_hash,
            status=response.status,
            bytes_read=len(response.body),
        )

    def check(self) -> CheckResult:
        """Asks for the version, then for the products; says what works or the exact fix."""
        try:
            with self._masking():
                version = self._version()
                response = self._call("GetProducts")
                readings = self._parsed(response).readings
        except SourceError as error:
            return CheckResult(False, error.code, error.message, error.advice)
        counted = sum(reading.quantity is not None for reading in readings)
        shop = f"WHMCS {version}" if version else "WHMCS (version not told)"
        return CheckResult(
            ok=True,
            code="ok",
            message=f"OK: {len(readings)} products, {counted} with stock numbers, {shop}.",
            advice=self._address_advice(response) or _stock_advice(readings),
            details={"products": len(readings), "with_numbers": counted, "version": version},
        )

    def discover(self) -> Sequence[StockReading]:
        """Everything the shop lists; hidden and retired products are among it, without a mark."""
        return self.read(()).readings

    @contextmanager
    def _masking(self) -> Iterator[None]:
        """An error may quote the shop, and a shop may echo what it was sent."""
        try:
            yield
        except SourceError as error:
            for secret in filter(None, (self.config.secret, self.config.accesskey)):
                error.message = error.message.replace(secret, MASK)
                error.advice = error.advice.replace(secret, MASK)
            error.args = (error.message,)
            raise

    def _parsed(self, response: Response) -> Listing:
        return parse_products(
            response.body,
            currency=self.config.currency,
            shop_root=self.config.root,
            status=response.status,
        )

    def _address_advice(self, response: Response) -> str:
        if response.url == parse_url_strictly(self.config.api_url).url:
            return ""
        answered = shop_root(response.url)
        return f"Each poll is redirected. To save that, enter what it leads to as the address: {answered}"

    def _version(self) -> str:
        """The version of the shop, "" when it does not tell. Raises AuthError when the shop lets
        us do nothing at all, so that a wrong secret is sent once and not twice."""
        try:
            value = decode(self._call("WhmcsDetails").body).get("whmcs")
        except AuthError as error:
            if error.code not in _DETAILS_ONLY:
                raise
            return ""
        except SourceError:
            return ""
        version = value.get("version") if isinstance(value, dict) else None
        return clean_text(version, 20) if isinstance(version, str) else ""

    def _call(self, action: str) -> Response:
        """Sends one action. Raises SourceError when the answer is no 2xx of a WHMCS."""
        form = {
            "identifier": self.config.identifier,
            "secret": self.config.secret,
            "action": action,
            "responsetype": "json",
        }
        if self.config.accesskey:
            form["accesskey"] = self.config.accesskey
        try:
            response = fetch(
                "POST",
                self.config.api_url,
                data=form,
                redirects="same_host",
                deadline=DEADLINE_SECONDS,
            )
        except HttpError as error:
            raise request_error(error, redirected=_redirected) from None
        if response.status >= 400 and response.status not in (429, *range(500, 600)):
            message = error_message(response.body)
            if message is not None:
                raise api_error(message, status=response.status)
        failure = http_error(response.status, response.headers, response.body)
        if failure is not None:
            raise failure
        return response


def _redirected(location: str) -> str:
    root = location.removesuffix(API_PATH)
    return (
        "The API secret was not sent there. If it is your shop, set the address of this website "
        f"to {root}."
    )


def _stock_advice(readings: Sequence[StockReading]) -> str:
    zeros = sum(reading.is_ambiguous_zero for reading in readings)
    if zeros:
        return (
            f"{zeros} products show 0, which this API uses for sold out and for unlimited alike: "
            "set 'zero means' on their monitors, or wait until a number above 0 was seen."
        )
    if all(reading.availability is Availability.UNKNOWN for reading in readings):
        return (
            "This version of WHMCS tells no stock over the API: 8.12 and later do. "
            "Names and prices are read."
        )
    return ""
