"""The shop of the set-up: added once however often the page is posted, tested and listed."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.models import Team
from common.errors import ProductError
from common.http_errors import HttpError
from monitoring.services.importing import listing_remember, products_discover
from websites.connection import host
from websites.models import Website
from websites.services import website_check, website_create, website_update
from websites.sources.base import StockReading
from websites.sources.registry import polled_kinds, source_class

KEPT_SECONDS = 1800
LIST_WITHIN_SECONDS = 20.0
"""A test that took longer leaves the list to a request of its own: browsers and web servers give up
after a minute."""


class Look(NamedTuple):
    """What the last test came to, in English. Kept in the cache only: what is lasting is in the rows."""

    ok: bool
    message: str
    advice: str
    tried: tuple[tuple[str, str], ...]
    """(source, code) of every way that was tried."""
    readings: Mapping[str, StockReading]
    """By product id; empty when the list was not read."""
    at: datetime


def shop_ensure(*, team: Team, url: str, credentials: Mapping[str, Any]) -> Website:
    """The website of this address, made when the team has none. Credentials that are given replace
    those of one that is there. Raises InvalidInputError."""
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team.pk)  # a second post waits, and finds it
        found = _of_address(team, url)
        if found is None:
            return website_create(
                team=team, name=_name_for(team, url), url=url, credentials=credentials
            )
        return website_update(website=found, credentials=credentials) if credentials else found


def shop_change(*, website: Website, url: str, credentials: Mapping[str, Any]) -> Website:
    """Mends the address and the credentials; a name that was taken from the address goes with it.
    Raises InvalidInputError."""
    changes: dict[str, Any] = {"url": url, "credentials": credentials}
    if website.name == _host_of(website.url) != _host_of(url):
        changes["name"] = _name_for(website.team, url)
    cache.delete(_key(website))
    return website_update(website=website, **changes)


def shop_test(*, website: Website) -> Look:
    """Tests the connection, and reads the list where that went well and quickly (network: not in a
    transaction)."""
    began = time.monotonic()
    result = website_check(website=website)
    tried = result.details.get("tried", {})
    look = Look(
        result.ok,
        result.message,
        result.advice,
        tuple((source_class(kind).label, str(code)) for kind, code in tried.items()),
        {},
        timezone.now(),
    )
    if look.ok and time.monotonic() - began < LIST_WITHIN_SECONDS:
        return shop_list(website=website, look=look)
    return _kept(website, look)


def shop_list(*, website: Website, look: Look | None = None) -> Look:
    """Reads what the shop sells (network: not in a transaction)."""
    look = look or Look(True, gettext_noop("The shop answers."), "", (), {}, timezone.now())
    try:
        readings = {one.product_id: one for one in products_discover(website=website)}
    except ProductError as error:
        return _kept(website, look._replace(ok=False, message=error.message, advice=error.advice))
    listing_remember(website=website, readings=readings)
    return _kept(website, look._replace(readings=readings, at=timezone.now()))


def last_look(website: Website) -> Look | None:
    """None when it was long ago, or never."""
    found = cache.get(_key(website))
    return found if isinstance(found, Look) else None


def _kept(website: Website, look: Look) -> Look:
    cache.set(_key(website), look, KEPT_SECONDS)
    return look


def _key(website: Website) -> str:
    return f"setup-look:{website.pk}"


def _of_address(team: Team, url: str) -> Website | None:
    rows = Website.objects.filter(team=team, source__in=polled_kinds(), url=_cleaned(url))
    return rows.order_by("pk").first()


def _cleaned(url: str) -> str:
    """As a website keeps it."""
    address = url.strip()
    return (address if "://" in address else f"https://{address}").rstrip("/")


def _host_of(url: str) -> str:
    """ "" for what is no address: the service says so."""
    try:
        return host(_cleaned(url))
    except HttpError:
        return ""


def _name_for(team: Team, url: str) -> str:
    """The host, with a number where the team has a website of that name."""
    base = (_host_of(url) or "Shop")[:100]
    taken = {
        *Website.objects.filter(team=team, name__startswith=base).values_list("name", flat=True)
    }
    names = (base if number == 1 else f"{base} {number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
