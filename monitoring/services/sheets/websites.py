"""Websites from a file. Credentials never stand in one: they are entered, or come by the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction

from accounts.models import Team
from common.errors import InvalidInputError
from common.sheets.reading import Line, Sheet
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
from websites.models import Website
from websites.services import website_create, website_update

MOST_ROWS = 1000
FIELDS = (
    SheetField("name", text, is_key=True),
    SheetField("source", text, is_kept=True),
    SheetField("url", text, is_kept=True),
    SheetField("region", text, empty=""),
    SheetField("labels", words, empty=[]),
    SheetField("link_template", text, empty=""),
    SheetField("poll_interval", number, is_kept=True),
    SheetField("is_active", switch, is_kept=True),
    SheetField("is_on_board", switch, is_kept=True),
)
SHOWN = ("team", "health", "last_polled_at", "last_success_at", "last_error", "public_id",
         "created_at")  # fmt: skip
"""Columns of an export that nobody can set."""


def websites_plan(*, team: Team, sheet: Sheet) -> Plan:
    """Every row is tried by its service and taken back: the rules are the service's."""
    plan = Plan(ignored=tuple(check_columns(sheet, FIELDS, SHOWN)))
    stored = {website.name: website for website in Website.objects.of_team(team.pk)}
    first: dict[str, int] = {}
    for line in sheet.lines:
        wanted = _wanted(plan, team, line, first)
        if wanted is None:
            continue
        website = stored.get(wanted["name"])
        try:
            row = _row(team, website, line, wanted)
        except InvalidInputError as error:
            plan.refuse(line.number, error.fields or {"": [error.message]}, sheet.columns)
        else:
            plan.rows.append(row)
    return plan


def websites_write(*, team: Team, plan: Plan, origin: str, on_progress: Progress) -> None:
    """Writes the rows of the plan, each by itself. The audit log hears of each by its signal."""
    stored = {website.name: website for website in Website.objects.of_team(team.pk)}
    for done, row in enumerate(plan.rows, start=1):
        if row.action == "created":
            website_create(team=team, **row.wanted)
        elif row.action == "changed":
            changes = {name: wanted for name, (_, wanted) in row.changes.items()}
            website_update(website=stored[row.wanted["name"]], **changes)
        on_progress(done, len(plan.rows))


def _wanted(plan: Plan, team: Team, line: Line, first: dict[str, int]) -> dict[str, Any] | None:
    wanted = read_line(plan, line, FIELDS)
    if wanted is None or not is_of_team(plan, team, line):
        return None
    name = wanted["name"]
    if name in first:
        told = f"{name} stands in line {first[name]}, too."
        plan.problems.append(Problem(line.number, "name", told))
        return None
    first[name] = line.number
    return wanted


def is_of_team(plan: Plan, team: Team, line: Line) -> bool:
    """An exported file names the team of each row: another team's rows are not taken by mistake."""
    named = line.cells.get("team") or team.slug
    if named == team.slug:
        return True
    told = f"This row is of the team {named}, the file is imported into {team.slug}."
    plan.problems.append(Problem(line.number, "team", told))
    return False


def _row(team: Team, website: Website | None, line: Line, wanted: dict[str, Any]) -> Row:
    """Raises InvalidInputError."""
    if website is None:
        _tried(lambda: website_create(team=team, **wanted))
        return Row(line.number, wanted["name"], "created", wanted)
    before = {name: getattr(website, name) for name in wanted}
    differing = {name: value for name, value in wanted.items() if value != before[name]}
    if not differing:
        return Row(line.number, website.name, "unchanged", wanted)
    after = _tried(lambda: website_update(website=_copy(website), **differing))
    changes = {
        name: (before[name], getattr(after, name))
        for name in differing
        if getattr(after, name) != before[name]
    }
    return Row(line.number, website.name, "changed" if changes else "unchanged", wanted, changes)


def _copy(website: Website) -> Website:
    return Website.objects.get(pk=website.pk)


def _tried(write: Callable[[], Website]) -> Website:
    with transaction.atomic():
        made = write()
        transaction.set_rollback(True)
    return made
