"""Creating and changing Monitors. Every change makes the next poll compare again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from common.errors import InvalidInputError
from monitoring.choices import MonitorStatus
from monitoring.models import Monitor
from websites.models import CatalogueProduct, Website

BULK_LIMIT = 1000
EDITABLE = frozenset(
    {
        "product_id",
        "config_option_id",
        "product_name",
        "config_option_name",
        "labels",
        "notes",
        "purchase_link",
        "owner",
        "status",
        "check_interval",
        "threshold_low",
        "threshold_high",
        "notify_on_restock",
        "notify_on_purchase",
        "notify_on_threshold",
        "notify_on_sold_out",
        "notify_on_price",
        "zero_means",
    }
)


def monitor_create(*, website: Website, product_id: str | int, **fields: Any) -> Monitor:
    """Raises InvalidInputError for bad values and for a product that is watched already."""
    return monitors_bulk_create(website=website, rows=[{"product_id": product_id, **fields}])[0]


def monitors_bulk_create(*, website: Website, rows: list[dict[str, Any]]) -> list[Monitor]:
    """Creates all rows or none; at most BULK_LIMIT. Names and links come from the catalogue where
    they are left out. Raises InvalidInputError whose fields are keyed by the row's position."""
    if len(rows) > BULK_LIMIT:
        raise InvalidInputError(f"At most {BULK_LIMIT} monitors at a time.")
    monitors = [_built(website, row) for row in rows]
    _fill_from_catalogue(website, monitors)
    _refuse_watched(website, monitors)
    with transaction.atomic():
        Monitor.objects.bulk_create(monitors)
        website.forget_applied_hash()
        _poll_soon(website)
    return monitors


def monitor_update(*, monitor: Monitor, **changes: Any) -> Monitor:
    """Changes editable fields only. Raises InvalidInputError."""
    _refuse_unknown(changes)
    for name, value in changes.items():
        setattr(monitor, name, value)
    monitor.product_id = str(monitor.product_id)
    _validate(monitor, unique=True)
    with transaction.atomic():
        monitor.save(update_fields=[*changes, "updated_at"])
        monitor.website.forget_applied_hash()
    return monitor


def monitor_pause(*, monitor: Monitor) -> Monitor:
    """A paused monitor keeps its last state and is not compared."""
    return monitor_update(monitor=monitor, status=MonitorStatus.PAUSED)


def monitor_resume(*, monitor: Monitor) -> Monitor:
    return monitor_update(monitor=monitor, status=MonitorStatus.ACTIVE)


def monitors_delete(*, monitors: QuerySet[Monitor]) -> int:
    """Deletes them with their records and events; returns how many monitors."""
    with transaction.atomic():
        website_ids = list(monitors.values_list("website_id", flat=True).distinct())
        count = monitors.count()
        monitors.delete()
        Website.objects.filter(pk__in=website_ids).update(applied_hash="")
    return count


def _built(website: Website, row: Mapping[str, Any]) -> Monitor:
    _refuse_unknown(row)
    monitor = Monitor(website=website, **{**row, "product_id": str(row["product_id"]).strip()})
    _validate(monitor, unique=False)
    return monitor


def _refuse_unknown(row: Mapping[str, Any]) -> None:
    unknown = sorted(set(row) - EDITABLE)
    if unknown:
        raise InvalidInputError(
            "Some values cannot be set.", fields={name: ["Cannot be set."] for name in unknown}
        )


def _validate(monitor: Monitor, *, unique: bool) -> None:
    """`unique` asks the database; creation checks all rows at once in `_refuse_watched`."""
    try:
        monitor.full_clean(
            exclude=["website", "owner", "public_id"],
            validate_unique=unique,
            validate_constraints=unique,
        )
    except ValidationError as error:
        raise InvalidInputError("The monitor is not valid.", fields=error.message_dict) from None


def _fill_from_catalogue(website: Website, monitors: Iterable[Monitor]) -> None:
    listed = {
        product.product_id: product
        for product in CatalogueProduct.objects.filter(
            website=website, product_id__in=[monitor.product_id for monitor in monitors]
        )
    }
    for monitor in monitors:
        product = listed.get(monitor.product_id)
        if product is not None:
            monitor.product_name = monitor.product_name or product.name
            monitor.purchase_link = monitor.purchase_link or _web_address(product.url)


def _web_address(text: str) -> str:
    """A shop decides what its product address is; only a web address may become a button."""
    return text if text.startswith(("https://", "http://")) else ""


def _refuse_watched(website: Website, monitors: list[Monitor]) -> None:
    keys = [(monitor.product_id, monitor.config_option_id) for monitor in monitors]
    watched = set(
        Monitor.objects.filter(
            website=website, product_id__in=[key[0] for key in keys]
        ).values_list("product_id", "config_option_id")
    )
    seen: set[tuple[str, str]] = set()
    for key in keys:
        if key in watched or key in seen:
            raise InvalidInputError(
                f"Product {key[0]} is watched already on this website.",
                fields={"product_id": [f"Product {key[0]} is watched already."]},
            )
        seen.add(key)


def _poll_soon(website: Website) -> None:
    """New monitors want their baseline now, not after the interval; backoff is left alone."""
    if website.failure_count == 0:
        Website.objects.filter(pk=website.pk).update(next_poll_at=timezone.now())
