"""Making Monitors from what a shop lists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from common.errors import InvalidInputError
from common.http_proxy import through_proxy
from monitoring import listing
from monitoring.models import Monitor
from monitoring.services.catalogue import catalogue_load, catalogue_write
from monitoring.services.monitors import monitors_bulk_create
from websites.models import Website
from websites.services import source_context
from websites.sources.base import StockReading
from websites.sources.registry import build

CHUNK = 200

Progress = Callable[[int, int], None]
"""Called with (done, total) products."""


@dataclass(frozen=True, slots=True)
class ImportSummary:
    created: int
    existing: int
    total: int


def products_discover(*, website: Website) -> list[StockReading]:
    """Reads the shop's catalogue over the network. Raises SourceError."""
    with through_proxy(website.proxy.get("url", "")):
        return list(build(website.kind, source_context(website)).discover())


def products_import(
    *, website: Website, product_ids: list[str] | None = None, on_progress: Progress | None = None
) -> ImportSummary:
    """Watches the given products, or all the shop lists; those watched already are left alone.

    Reads the shop first and writes afterwards. Raises SourceError when it cannot be read and
    InvalidInputError for an id it does not list.
    """
    readings = {reading.product_id: reading for reading in products_discover(website=website)}
    wanted = list(readings) if product_ids is None else list(dict.fromkeys(product_ids))
    unknown = [product_id for product_id in wanted if product_id not in readings]
    if unknown:
        raise InvalidInputError(
            f"The shop does not list: {', '.join(unknown)}.",
            fields={"products": [f"Not listed: {product_id}" for product_id in unknown]},
        )
    listing_remember(website=website, readings=readings)
    watched = set(
        Monitor.objects.filter(website=website, config_option_id="").values_list(
            "product_id", flat=True
        )
    )
    fresh = [product_id for product_id in wanted if product_id not in watched]
    done = len(wanted) - len(fresh)
    _tell(on_progress, done, len(wanted))
    for start in range(0, len(fresh), CHUNK):
        chunk = fresh[start : start + CHUNK]
        monitors_bulk_create(website=website, rows=[_row(readings[pid]) for pid in chunk])
        done += len(chunk)
        _tell(on_progress, done, len(wanted))
    return ImportSummary(created=len(fresh), existing=len(wanted) - len(fresh), total=len(wanted))


def _tell(on_progress: Progress | None, done: int, total: int) -> None:
    if on_progress is not None:
        on_progress(done, total)


def _row(reading: StockReading) -> dict[str, Any]:
    return {
        "product_id": reading.product_id,
        "product_name": reading.name[:250],
    }


def listing_remember(*, website: Website, readings: dict[str, StockReading]) -> None:
    """Stores the first listing of a shop, from which monitors take names and links. Later changes
    are left to polls, which tell of them."""
    with transaction.atomic():
        if not catalogue_load(website.pk):
            catalogue_write(website.pk, listing.compare({}, readings), timezone.now())
