"""Takes an older single-site set-up over: monitors, their history, its shop and its chat.

Everything or nothing, in one transaction; a second run adds only what is new. History comes as
StockRecords marked as imported. No event is made, so nothing is announced.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models import Team
from common.errors import InvalidInputError
from monitoring.choices import ChangeType
from monitoring.models import Monitor, StockRecord
from monitoring.services.monitors import BULK_LIMIT, monitors_bulk_create
from runtime.movein.oldfiles import OldSetup
from runtime.movein.oldrows import (
    Key,
    OldReading,
    changes_only,
    key_of,
    monitor_fields,
    record_of,
)
from websites.envsync import SINGLE_LABEL, websites_sync
from websites.models import Website
from websites.selectors import WebsiteNotFoundError, website_by_name_or_id

MARK = "imported"
PROBLEMS_SHOWN = 20
RECORDS_AT_ONCE = 1000
COUNTED_EVERY = 500

Progress = Callable[[int], None]


@dataclass(slots=True)
class Plan:
    """What an older set-up holds, checked and in our values."""

    monitors: dict[Key, dict[str, Any]] = field(default_factory=dict)
    readings: dict[Key, list[OldReading]] = field(default_factory=dict)
    records_read: int = 0
    orphans: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Moved:
    """What was written, or would be."""

    monitors_created: int = 0
    monitors_kept: int = 0
    records_created: int = 0
    records_kept: int = 0


def plan_read(old: OldSetup, on_progress: Progress = lambda _: None) -> Plan:
    """Reads and checks everything, writes nothing. Raises InvalidInputError naming bad rows."""
    plan = Plan()
    by_id: dict[str, Key] = {}
    for number, row in enumerate(old.monitors(), start=1):
        try:
            fields = monitor_fields(row)
        except ValueError as error:
            plan.problems.append(f"monitor {row.get('id', number)}: {error}")
            continue
        key = key_of(fields)
        if key in plan.monitors:
            plan.problems.append(f"monitor {row.get('id', number)}: product {key[0]} comes twice.")
        plan.monitors[key] = fields
        if row.get("id") is not None:
            by_id[str(row["id"])] = key
    _read_records(old, plan, by_id, on_progress)
    if plan.problems:
        shown = plan.problems[:PROBLEMS_SHOWN]
        more = len(plan.problems) - len(shown)
        raise InvalidInputError(
            "The older set-up cannot be taken over as it is.",
            fields={"rows": [*shown, *([f"and {more} more"] if more else [])]},
        )
    return plan


def _read_records(
    old: OldSetup, plan: Plan, by_id: Mapping[str, Key], on_progress: Progress
) -> None:
    found: dict[Key, list[OldReading]] = defaultdict(list)
    for number, row in enumerate(old.records(), start=1):
        plan.records_read += 1
        if number % COUNTED_EVERY == 0:
            on_progress(COUNTED_EVERY)
        try:
            monitor_id, key, reading = record_of(row)
        except ValueError as error:
            plan.problems.append(f"record {row.get('id', number)}: {error}")
            continue
        key = by_id.get(str(monitor_id), ("", "")) if monitor_id is not None else key
        if key not in plan.monitors:
            plan.orphans += 1
            continue
        found[key].append(reading)
    plan.readings = {key: changes_only(readings) for key, readings in found.items()}


def plan_write(plan: Plan, *, website: Website, on_progress: Progress = lambda _: None) -> Moved:
    """Writes what is not there yet; monitors that are there stay as they are.

    Call it inside the transaction that makes the website. Raises InvalidInputError.
    """
    moved = Moved()
    with transaction.atomic():
        there = {
            (monitor.product_id, monitor.config_option_id): monitor
            for monitor in Monitor.objects.filter(website=website)
        }
        missing = [fields for key, fields in plan.monitors.items() if key not in there]
        moved.monitors_kept = len(plan.monitors) - len(missing)
        for start in range(0, len(missing), BULK_LIMIT):
            made = monitors_bulk_create(website=website, rows=missing[start : start + BULK_LIMIT])
            there |= {(one.product_id, one.config_option_id): one for one in made}
            _remember_numbers(website, made, plan)
            moved.monitors_created += len(made)
        for key, readings in plan.readings.items():
            _write_history(there[key], readings, moved)
            on_progress(len(readings))
    return moved


def _remember_numbers(website: Website, made: list[Monitor], plan: Plan) -> None:
    """A product that once showed a number has stock control: its 0 will mean sold out."""
    if website.source != "whmcs_api":
        return
    counted = [
        monitor.pk
        for monitor in made
        if any(
            (r.quantity or 0) > 0
            for r in plan.readings.get((monitor.product_id, monitor.config_option_id), [])
        )
    ]
    Monitor.objects.filter(pk__in=counted).update(positive_source=website.source)


def website_for(*, team: Team, text: str | None) -> Website:
    """The website the older set-up watched: the one that is named, else the one of WHMCS_API_*
    (made if it is not there), else the only one of the team. Raises InvalidInputError."""
    if text:
        try:
            found = website_by_name_or_id(text)
        except WebsiteNotFoundError as error:
            raise InvalidInputError(str(error)) from None
        if found.team_id != team.pk:
            raise InvalidInputError(f"The website {found.name} belongs to another team.")
        return found
    if settings.WHMCS_API_URL:
        single = next(one for one in websites_sync(team=team) if one.label == SINGLE_LABEL)
        return Website.objects.get(pk=single.website_id or 0)
    websites = list(Website.objects.filter(team=team)[:2])
    if len(websites) != 1:
        raise InvalidInputError(
            "Say which website it is with --website, or copy WHMCS_API_URL, WHMCS_API_IDENTIFIER "
            "and WHMCS_API_SECRET of the older set-up into .env."
        )
    return websites[0]


def _write_history(monitor: Monitor, readings: list[OldReading], moved: Moved) -> None:
    marks = StockRecord.objects.filter(monitor=monitor, metadata__has_key=MARK)
    taken = {mark[MARK].get("name") for mark in marks.values_list("metadata", flat=True)}
    rows = []
    before: OldReading | None = None
    for reading in readings:
        if reading.name not in taken:
            rows.append(_record(monitor, reading, before))
        before = reading
    StockRecord.objects.bulk_create(rows, batch_size=RECORDS_AT_ONCE)
    moved.records_created += len(rows)
    moved.records_kept += len(readings) - len(rows)


def _record(monitor: Monitor, reading: OldReading, before: OldReading | None) -> StockRecord:
    delta = None
    if before is not None and reading.quantity is not None and before.quantity is not None:
        delta = reading.quantity - before.quantity
    return StockRecord(
        monitor=monitor,
        quantity=reading.quantity,
        available=reading.available,
        stock_control_enabled=True if reading.quantity is not None else None,
        delta=delta,
        change_type=_change_type(before, delta),
        price=reading.price,
        currency=reading.currency,
        notes=reading.notes,
        metadata={MARK: {"from": "single-site", "name": reading.name}},
        created_at=reading.created_at,
    )


def _change_type(before: OldReading | None, delta: int | None) -> ChangeType:
    if before is None:
        return ChangeType.INITIAL
    if delta:
        return ChangeType.RESTOCK if delta > 0 else ChangeType.PURCHASE
    return ChangeType.ADJUSTED
