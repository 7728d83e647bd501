"""A file for a team: looked at, then taken."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from accounts.models import Team
from common.errors import InvalidInputError
from common.sheets.reading import Sheet, sheet_read
from monitoring.services.sheets import monitors, websites
from monitoring.services.sheets.plan import Plan, Progress, SheetField


class _Planner(Protocol):
    def __call__(self, *, team: Team, sheet: Sheet) -> Plan: ...


class _Writer(Protocol):
    def __call__(self, *, team: Team, plan: Plan, origin: str, on_progress: Progress) -> None: ...


class SheetKind(NamedTuple):
    """What a file may hold."""

    plan: _Planner
    write: _Writer
    fields: tuple[SheetField, ...]
    most_rows: int


KINDS = {
    "websites": SheetKind(
        websites.websites_plan, websites.websites_write, websites.FIELDS, websites.MOST_ROWS
    ),
    "monitors": SheetKind(
        monitors.monitors_plan, monitors.monitors_write, monitors.FIELDS, monitors.MOST_ROWS
    ),
}


def sheet_plan(*, kind: str, team: Team, data: bytes) -> Plan:
    """What the file would do, and every row that is wrong. Writes nothing. Raises InvalidInputError
    for a file that cannot be read at all."""
    found = KINDS[kind]
    return found.plan(team=team, sheet=sheet_read(data, most_rows=found.most_rows))


def sheet_import(
    *,
    kind: str,
    team: Team,
    data: bytes,
    origin: str,
    is_partial: bool = False,
    on_progress: Progress = lambda _done, _total: None,
) -> Plan:
    """Plans anew and writes. While a row is wrong nothing is written, unless `is_partial`: then the
    good rows are. Raises InvalidInputError. `origin` is the name of the file, for the audit log."""
    plan = sheet_plan(kind=kind, team=team, data=data)
    if plan.problems and not is_partial:
        lines = plan.wrong_lines()
        raise InvalidInputError(
            "Nothing was imported: 1 row is wrong."
            if lines == 1
            else f"Nothing was imported: {lines} rows are wrong."
        )
    KINDS[kind].write(team=team, plan=plan, origin=origin, on_progress=on_progress)
    return plan
