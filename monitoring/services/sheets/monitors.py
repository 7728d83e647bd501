"""Monitors from a file, thousands at a time."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext

from accounts.audit import audit_note
from accounts.models import Team
from common.errors import InvalidInputError
from common.sheets.reading import Line, Sheet
from monitoring.choices import MonitorStatus
from monitoring.models import Monitor
from monitoring.services.monitors import (
    monitor_resume,
    monitor_update,
    monitor_validate,
    monitors_bulk_ensure,
)
from monitoring.services.sheets.plan import (
    Plan,
    Problem,
    Progress,
    Row,
    SheetField,
    check_columns,
    number,
    read_line,
    switch,
    text,
    words,
)
from monitoring.services.sheets.websites import is_of_team
from websites.models import Website

MOST_ROWS = 10_000
CHUNK = 200
"""Rows of one transaction, and of one look-up."""
KEY = ("website", "product_id", "config_option_id")
FIELDS = (
    SheetField("website", text, is_key=True),
    SheetField("product_id", text, is_key=True),
    SheetField("config_option_id", text, empty="", is_key=True),
    # Names and links come from the shop where the file leaves them out.
    SheetField("product_name", text, is_kept=True),
    SheetField("config_option_name", text, is_kept=True),
    SheetField("purchase_link", text, is_kept=True),
    SheetField("is_active", switch, is_kept=True),
    SheetField("threshold_low", number),
    SheetField("threshold_high", number),
    SheetField("hysteresis", number, is_kept=True),
    SheetField("confirm_reads", number, is_kept=True),
    SheetField("notify_on_restock", switch, is_kept=True),
    SheetField("notify_on_purchase", switch, is_kept=True),
    SheetField("notify_on_threshold", switch, is_kept=True),
    SheetField("notify_on_sold_out", switch, is_kept=True),
    SheetField("notify_on_price", switch, is_kept=True),
    SheetField("check_interval", number),
    SheetField("zero_means", text, is_kept=True),
    SheetField("is_on_board", switch, is_kept=True),
    SheetField("labels", words, empty=[]),
    SheetField("notes", text, empty=""),
)
SHOWN = ("team", "status", "quantity", "available", "stock_control_enabled", "price", "currency",
         "owner", "last_checked_at", "last_changed_at", "public_id", "created_at")  # fmt: skip
"""Columns of an export that nobody can set."""

Key = tuple[int, str, str]
"""Website id, product, config option."""


def monitors_plan(*, team: Team, sheet: Sheet) -> Plan:
    """Reads three things: the team's websites, what is watched already, the rows. Writes nothing."""
    plan = Plan(ignored=tuple(check_columns(sheet, FIELDS, SHOWN)))
    websites = _websites(team)
    first: dict[Key, int] = {}
    found: list[tuple[Line, Key, dict[str, Any]]] = []
    for line in sheet.lines:
        wanted = read_line(plan, line, FIELDS)
        if wanted is None or not is_of_team(plan, team, line):
            continue
        key = _key(plan, websites, line, wanted)
        if key is None:
            continue
        if key in first:
            told = f"Product {key[1]} of this website stands in line {first[key]}, too."
            plan.problems.append(Problem(line.number, "product_id", told))
            continue
        first[key] = line.number
        found.append((line, key, wanted))
    stored = _stored(websites.values(), [key for _, key, _ in found])
    by_id = {website.pk: website for website in websites.values()}
    for line, key, wanted in found:
        try:
            row = _row(by_id[key[0]], stored.get(key), line.number, wanted)
        except InvalidInputError as error:
            fields = {("is_active" if k == "status" else k): v for k, v in error.fields.items()}
            plan.refuse(line.number, fields, sheet.columns)
        else:
            plan.rows.append(row)
    plan.problems.sort(key=lambda problem: problem.line)
    return plan


def monitors_write(*, team: Team, plan: Plan, origin: str, on_progress: Progress) -> None:
    """Writes the rows of the plan, some hundred in a transaction, so that polls go on meanwhile.

    New ones are written in bulk, which no signal hears of: the audit log gets an entry at their
    website. Raises InvalidInputError when somebody changed the same rows meanwhile.
    """
    websites, total = _websites(team), len(plan.rows)
    done = total - sum(row.action != "unchanged" for row in plan.rows)
    for name, rows in _by_website(plan, "created").items():
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            with transaction.atomic():
                values = [_values(row.wanted) for row in chunk]
                _, made = monitors_bulk_ensure(website=websites[name], rows=values)
                said = f"{made} from {origin}"
                audit_note(websites[name], {"monitors imported": [None, said]} if made else {})
            done += len(chunk)
            on_progress(done, total)
    for name, rows in _by_website(plan, "changed").items():
        website = websites[name]
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            keys = [(website.pk, *_product(row.wanted)) for row in chunk]
            stored = _stored([website], keys)
            for key, row in zip(keys, chunk, strict=True):
                if key in stored:
                    _change(stored[key], row)
            done += len(chunk)
            on_progress(done, total)


def _websites(team: Team) -> dict[str, Website]:
    rows = Website.objects.of_team(team.pk).select_related("team")
    return {website.name: website for website in rows}


def _key(
    plan: Plan, websites: Mapping[str, Website], line: Line, wanted: dict[str, Any]
) -> Key | None:
    website = websites.get(wanted["website"])
    if website is None:
        told = f"The team has no website {wanted['website']}. Import websites first."
        plan.problems.append(Problem(line.number, "website", told))
        return None
    wanted.setdefault("config_option_id", "")
    return (website.pk, *_product(wanted))


def _product(wanted: Mapping[str, Any]) -> tuple[str, str]:
    return wanted["product_id"], wanted["config_option_id"]


def _stored(websites: Iterable[Website], keys: list[Key]) -> dict[Key, Monitor]:
    by_id = {website.pk: website for website in websites}
    found: dict[Key, Monitor] = {}
    products = list(dict.fromkeys(key[1] for key in keys))
    for start in range(0, len(products), CHUNK):
        rows = Monitor.objects.filter(
            website__in={key[0] for key in keys}, product_id__in=products[start : start + CHUNK]
        ).order_by()
        for row in rows:
            row.website = by_id[row.website_id]  # the one we have, instead of a query for each
            found[(row.website_id, row.product_id, row.config_option_id)] = row
    return found


def _row(website: Website, stored: Monitor | None, line: int, wanted: dict[str, Any]) -> Row:
    """Raises InvalidInputError."""
    named = (
        wanted.get("product_name")
        or stored
        or gettext("Product %(id)s") % {"id": wanted["product_id"]}
    )
    title = f"{website.name} / {named}"
    if stored is None:
        monitor_validate(monitor=Monitor(website=website, **_values(wanted)))
        return Row(line, title, "created", wanted)
    changes = {
        name: (getattr(stored, name), value)
        for name, value in wanted.items()
        if name not in KEY and getattr(stored, name) != value
    }
    if not changes:
        return Row(line, title, "unchanged", wanted)
    tried = copy.copy(stored)
    for name, value in _values({name: value for name, (_, value) in changes.items()}).items():
        setattr(tried, name, value)
    monitor_validate(monitor=tried)
    return Row(line, title, "changed", wanted, changes)


def _values(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """For the services: `is_active` is the status, the website comes beside them."""
    values = {name: value for name, value in wanted.items() if name != "website"}
    if "is_active" in values:
        is_active = values.pop("is_active")
        values["status"] = MonitorStatus.ACTIVE if is_active else MonitorStatus.PAUSED
    return values


def _change(monitor: Monitor, row: Row) -> None:
    changes = {name: value for name, (_, value) in row.changes.items()}
    with transaction.atomic():
        if changes.get("is_active"):
            monitor_resume(monitor=monitor)
            del changes["is_active"]
        if changes:
            monitor_update(monitor=monitor, **_values(changes))


def _by_website(plan: Plan, action: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in plan.rows:
        if row.action == action:
            found.setdefault(row.wanted["website"], []).append(row)
    return found
