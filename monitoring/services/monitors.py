"""Creating and changing Monitors. Every change makes the next poll compare again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from common.errors import InvalidInputError
from monitoring.choices import MonitorStatus, ResolveReason
from monitoring.models import Monitor
from monitoring.services.alerts import alerts_check, alerts_end, alerts_shut, alerts_tell_end
from websites.models import CatalogueProduct, Website

BULK_LIMIT = 1000
BELIEVED = (
    "quantity",
    "available",
    "stock_control_enabled",
    "price",
    "currency",
    "threshold_state",
    "positive_source",
    "evidence",
    "status_reason",
    "first_read_at",
    "last_changed_at",
    "in_stock_since",
    "missing_since",
    "pending",
    "flapping",
    "flapping_until",
)
"""What the last readings said."""
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
        "hysteresis",
        "confirm_reads",
        "notify_on_restock",
        "notify_on_purchase",
        "notify_on_threshold",
        "notify_on_sold_out",
        "notify_on_price",
        "is_on_board",
        "zero_means",
    }
)

JUDGED_BY = frozenset({"status", "threshold_low", "threshold_high", "hysteresis", "owner"})
"""A change of these may open or resolve alerts at once."""

Key = tuple[str, str]
"""(product_id, config_option_id): watched once per website."""


def monitor_create(*, website: Website, product_id: str | int, **fields: Any) -> Monitor:
    """Raises InvalidInputError for bad values and for a product that is watched already."""
    try:
        return monitors_bulk_create(website=website, rows=[{"product_id": product_id, **fields}])[0]
    except InvalidInputError as error:
        problems = {name.removeprefix("0."): words for name, words in error.fields.items()}
        raise InvalidInputError(error.message, fields=problems) from None


def monitors_bulk_create(*, website: Website, rows: list[dict[str, Any]]) -> list[Monitor]:
    """Creates all rows or none; at most BULK_LIMIT. Names and links come from the catalogue where
    they are left out. Raises InvalidInputError with every problem of every row; its fields are
    `3.price` for the row at position 3."""
    return _create(website, dict(enumerate(rows)))


def monitors_bulk_ensure(
    *, website: Website, rows: list[dict[str, Any]]
) -> tuple[list[Monitor], int]:
    """(the monitor of every row, how many of them are new): those watched already are left as they
    are, so that a request may be sent again. Raises as `monitors_bulk_create`."""
    keys = [_key(row) for row in rows]
    watched = _watched(website, keys)
    fresh = {n: row for n, row in enumerate(rows) if keys[n] not in watched}
    made = _create(website, fresh)
    found = watched | {(one.product_id, one.config_option_id): one for one in made}
    return [found[key] for key in keys], len(made)


def _create(website: Website, rows: Mapping[int, Mapping[str, Any]]) -> list[Monitor]:
    """`rows` by their position in what the caller sent."""
    if len(rows) > BULK_LIMIT:
        raise InvalidInputError(f"At most {BULK_LIMIT} monitors at a time.")
    if not rows:
        return []
    monitors = _built_all(website, rows)
    _fill_from_catalogue(website, monitors.values())
    _refuse_watched(website, monitors)
    try:
        with transaction.atomic():
            Monitor.objects.bulk_create(monitors.values())
            website.forget_applied_hash()
            _poll_soon(website)
    except IntegrityError:
        _refuse_watched(website, monitors)  # somebody else was faster
        raise InvalidInputError("The website changed meanwhile. Try again.") from None
    return list(monitors.values())


def monitor_update(*, monitor: Monitor, is_judged: bool = True, **changes: Any) -> Monitor:
    """Changes editable fields only. Raises InvalidInputError. `is_judged`: new thresholds open and
    resolve alerts at once; a caller that brings new stock too calls `alerts_check` after it."""
    _refuse_unknown(changes)
    watched = (monitor.product_id, monitor.config_option_id)
    for name, value in changes.items():
        setattr(monitor, name, value)
    monitor.product_id = str(monitor.product_id)
    monitor_validate(monitor=monitor, unique=True)
    this = Monitor.objects.filter(pk=monitor.pk)
    with transaction.atomic():
        monitor.website.forget_applied_hash()  # first: it locks the website
        monitor.save(update_fields=[*changes, "updated_at"])
        if (monitor.product_id, monitor.config_option_id) != watched:
            baseline_forget(monitors=this)
            monitor.refresh_from_db()
        if not monitor.is_active:
            alerts_end(monitors=this, reason=ResolveReason.PAUSED)
        elif is_judged and changes.keys() & JUDGED_BY:
            alerts_check(monitors=this)
            monitor.refresh_from_db(fields=["threshold_state"])
    return monitor


def baseline_forget(*, monitors: QuerySet[Monitor]) -> None:
    """They watch something else now: what was believed of the old one is no stock of the new one.
    Their next reading is a baseline; records and events stay."""
    alerts_end(monitors=monitors, reason=ResolveReason.DELETED)
    blank = Monitor()
    monitors.update(**{name: getattr(blank, name) for name in BELIEVED})
    monitors.filter(status=MonitorStatus.ERROR).update(status=MonitorStatus.ACTIVE)


def monitor_pause(*, monitor: Monitor) -> Monitor:
    """A paused monitor keeps its last state and is not compared; its alerts are over."""
    return monitor_update(monitor=monitor, status=MonitorStatus.PAUSED)


def monitor_resume(*, monitor: Monitor) -> Monitor:
    """Whether the shop lists it is looked at anew. What is low by its last state opens an alert,
    silently: nobody saw when it became so."""
    Monitor.objects.filter(pk=monitor.pk).update(missing_since=None, status_reason="")
    monitor.missing_since, monitor.status_reason = None, ""
    return monitor_update(monitor=monitor, status=MonitorStatus.ACTIVE)


def monitors_delete(*, monitors: QuerySet[Monitor]) -> int:
    """Deletes them with their records and events; returns how many monitors."""
    with transaction.atomic():
        website_ids = list(monitors.values_list("website_id", flat=True).distinct())
        Website.objects.filter(pk__in=website_ids).forget_reads()
        count = monitors.count()
        ended = alerts_shut(monitors=monitors, reason=ResolveReason.DELETED)
        monitors.delete()
        alerts_tell_end(ended=ended, reason=ResolveReason.DELETED, is_deleted=True)
    return count


def _key(row: Mapping[str, Any]) -> Key:
    return str(row["product_id"]).strip(), str(row.get("config_option_id", ""))


def _built_all(website: Website, rows: Mapping[int, Mapping[str, Any]]) -> dict[int, Monitor]:
    monitors: dict[int, Monitor] = {}
    problems: dict[str, list[str]] = {}
    for number, row in rows.items():
        try:
            monitors[number] = _built(website, row)
        except InvalidInputError as error:
            problems |= {f"{number}.{name}": words for name, words in error.fields.items()}
    if problems:
        raise InvalidInputError("Some values are not valid.", fields=problems)
    return monitors


def _built(website: Website, row: Mapping[str, Any]) -> Monitor:
    _refuse_unknown(row)
    monitor = Monitor(website=website, **{**row, "product_id": _key(row)[0]})
    monitor_validate(monitor=monitor)
    return monitor


def _refuse_unknown(row: Mapping[str, Any]) -> None:
    unknown = sorted(set(row) - EDITABLE)
    if unknown:
        raise InvalidInputError(
            "Some values cannot be set.", fields={name: ["Cannot be set."] for name in unknown}
        )


def monitor_validate(*, monitor: Monitor, unique: bool = False) -> None:
    """Raises InvalidInputError. `unique` asks the database; creation checks all rows at once in
    `_refuse_watched`."""
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


def _refuse_watched(website: Website, monitors: Mapping[int, Monitor]) -> None:
    keys = {n: (one.product_id, one.config_option_id) for n, one in monitors.items()}
    watched, seen = _watched(website, keys.values()), set[Key]()
    problems = {}
    for number, key in keys.items():
        if key in watched:
            problems[f"{number}.product_id"] = [f"Product {key[0]} is watched already."]
        elif key in seen:
            problems[f"{number}.product_id"] = [f"Product {key[0]} stands here twice."]
        seen.add(key)
    if problems:
        words = next(iter(problems.values()))[0] if len(problems) == 1 else "Some are watched."
        raise InvalidInputError(words, fields=problems)


def _watched(website: Website, keys: Iterable[Key]) -> dict[Key, Monitor]:
    found = Monitor.objects.filter(website=website, product_id__in=[key[0] for key in keys])
    for one in found:
        one.website = website  # the one we have, instead of a query for each
    return {(one.product_id, one.config_option_id): one for one in found}


def _poll_soon(website: Website) -> None:
    """New monitors want their baseline now, not after the interval; backoff is left alone."""
    if website.failure_count == 0:
        Website.objects.filter(pk=website.pk).update(next_poll_at=timezone.now())
