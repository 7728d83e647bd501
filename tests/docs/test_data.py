"""The examples of docs/data.md do what the page says."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import Team
from monitoring.admin.exportcolumns import MONITORS, WEBSITES
from monitoring.models import Monitor
from monitoring.services.sheets import monitors, websites
from monitoring.services.sheets.importing import sheet_import
from monitoring.services.sheets.plan import Plan, SheetField
from notifications.models import Channel
from runtime.teamfile.document import MOST_BYTES
from runtime.teamfile.exporting import MOST_MONITORS
from tests.docs.pages import marked_block, table_rows, text_of, ticked
from tests.factories import make_team
from websites.models import Website

pytestmark = [pytest.mark.django_db, pytest.mark.once]

PAGE = "docs/data.md"
SECRETS = {
    "CONFIG_SECRET_NIMBUS_HOSTING_SECRET": "of-nimbus",
    "CONFIG_SECRET_ON_CALL_SECRET": "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=",
}


def block(name: str) -> str:
    return marked_block(text_of(PAGE), name)


def brought(team: Team, kind: str) -> Plan:
    return sheet_import(kind=kind, team=team, data=block(f"{kind}-csv").encode(), origin="docs")


def run(*words: str) -> str:
    out = io.StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_the_files_of_lists_can_be_imported_and_twice_changes_nothing() -> None:
    team = make_team()
    for kind in ("websites", "monitors"):
        assert brought(team, kind).count("created") == 3
        assert brought(team, kind).count("unchanged") == 3
    assert Website.objects.get(name="Alpine Hosting").url == "https://alpine.example"
    assert Monitor.objects.get(product_id="13").threshold_high == 50


def test_the_file_of_a_team_can_be_applied_and_says_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    team = make_team("Main team")
    file = tmp_path / "team.yaml"
    file.write_text(block("team-yaml"))
    words = ("config_import", str(file), "--team", team.slug)
    assert run(*words, "--dry-run") == block("dry-run")
    run(*words)
    assert Website.objects.get().credentials["secret"] == "of-nimbus"
    assert Channel.objects.get().subscriptions.count() == 2
    assert "0 created, 0 changed, 8 unchanged" in run(*words)


def _named(fields: tuple[SheetField, ...]) -> set[str]:
    return {field.name for field in fields}


def test_every_column_is_explained_with_what_an_empty_cell_does() -> None:
    rows = [row for row in table_rows(text_of(PAGE)) if len(row) == 2]
    by_fate: dict[str, set[str]] = {"refused": set(), "away": set(), "there": set(), "none": set()}
    for columns, fate in rows:
        word = next((one for one in by_fate if one in fate.split(";")[0]), None)
        if word and columns.startswith("`"):
            by_fate[word] |= ticked(columns)
    for fields in (websites.FIELDS, monitors.FIELDS):
        for field in fields:
            if field.is_key:
                fate = "refused" if field.empty is None else "none"
            else:
                fate = "there" if field.is_kept else "away"
            assert field.name in by_fate[fate], field.name


def test_an_export_has_every_column_that_an_import_reads_and_no_other_unknown_one() -> None:
    for columns, kind in ((WEBSITES, websites), (MONITORS, monitors)):
        assert {column.name for column in columns} == _named(kind.FIELDS) | set(kind.SHOWN)


def test_the_limits_of_the_page_are_those_of_the_code() -> None:
    text = text_of(PAGE)
    assert f"Up to {websites.MOST_ROWS:,} rows." in text
    assert f"Up to {monitors.MOST_ROWS:,} rows;" in text
    assert f"Up to {MOST_BYTES // 1024 // 1024} MB and {MOST_MONITORS:,} monitors." in text
