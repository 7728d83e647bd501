"""From one kind of database to another: every row as it was, and new ones can be written."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, connections, models, transaction
from django.db.migrations.recorder import MigrationRecorder
from django_q.models import OrmQ

from accounts.models import User
from common.fields import Sealed
from monitoring.models import StockRecord
from runtime import heartbeats
from runtime.backups import restoring
from runtime.backups.moving import LEFT_OUT, rows_copy, sqlite_file, sqlite_into_ours, tables
from runtime.backups.tools import BackupError
from runtime.schedules import schedules_ensure
from tests.factories import make_monitor, make_team, make_user, make_website
from tests.notifications.factories import SECRET, make_channel, make_event, make_notification
from websites.models import Website

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.integration]


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Path]:
    """A backup of SQLite that holds the rows of the database of the test."""
    make_rows()
    path = tmp_path / "backup.sqlite3"
    with sqlite_file(path, mode="rwc") as alias:
        make_tables(alias)
        with transaction.atomic(using=alias):
            rows_copy("default", alias, lambda count: None)
    yield path
    connection.close()


def make_tables(alias: str) -> None:
    """What the migrations come to, without the time they take."""
    with connections[alias].schema_editor() as editor:
        for model in (*tables(), *LEFT_OUT):
            if not model._meta.auto_created:  # these come with the model they belong to
                editor.create_model(model)
    theirs = MigrationRecorder(connections[alias])
    for app, name in MigrationRecorder(connection).applied_migrations():
        theirs.record_applied(app, name)


def make_rows() -> None:
    team = make_team("海洋 Ωμέγα")
    make_user("ops", team=team)
    website = make_website(team, memory={"nested": [1, None, {"ü": 0.5}]})
    monitor = make_monitor(website, quantity=7)
    StockRecord.objects.create(
        monitor=monitor, quantity=7, available=True, change_type="initial", price="12.50"
    )
    channel = make_channel(team)
    make_notification(channel).events.add(make_event(monitor))
    heartbeats.beat("ticker")
    OrmQ.objects.create(key="poll", payload="x")
    schedules_ensure()


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables, with secrets opened."""
    return {
        model._meta.label: [opened(row) for row in model._base_manager.order_by("pk").values()]
        for model in tables()
    }


def opened(row: dict[str, Any]) -> dict[str, Any]:
    return {key: dict(value) if isinstance(value, Sealed) else value for key, value in row.items()}


def wipe() -> None:
    call_command("flush", interactive=False, verbosity=0, inhibit_post_migrate=True)


def test_every_row_arrives_as_it_was_and_new_ones_get_numbers_of_their_own(file: Path) -> None:
    before = everything()
    assert before["websites.Website"][0]["credentials"]["secret"] == "planted-secret"
    wipe()
    make_website(name="In the way")
    seen: list[int] = []
    assert sqlite_into_ours(file, seen.append) == sum(seen) > 50
    assert everything() == before
    assert SECRET in str(before["notifications.Channel"])
    assert not any(model.objects.exists() for model in LEFT_OUT)  # type: ignore[attr-defined]
    make_website()
    assert User.objects.get(username="ops").check_password("password-1234")


def test_every_model_moves_but_what_belongs_to_processes() -> None:
    with_table = {one for one in apps.get_models(include_auto_created=True) if one._meta.managed}
    assert {one for one in with_table if not one._meta.proxy} == {*tables(), *LEFT_OUT}
    assert all(issubclass(one, models.Model) for one in tables())


def test_rows_that_do_not_fit_change_nothing_and_say_why(file: Path) -> None:
    with sqlite_file(file, mode="rw") as alias, connections[alias].cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")
        cursor.execute("UPDATE websites_website SET team_id = 987654")
    before = everything()
    with pytest.raises(BackupError, match="does not fit") as caught:
        sqlite_into_ours(file)
    assert caught.value.advice == "Nothing was changed."
    assert everything() == before


def test_a_file_of_another_version_is_refused(file: Path) -> None:
    with sqlite_file(file, mode="rw") as alias, connections[alias].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'runtime'")
    with pytest.raises(BackupError, match="another version"):
        sqlite_into_ours(file)
    assert Website.objects.exists()


@pytest.mark.skipif(connection.vendor == "sqlite", reason="there it is a copy of the file")
def test_restore_takes_a_backup_of_sqlite_into_postgresql(
    file: Path, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.VAR_DIR = tmp_path / "var"
    monkeypatch.setattr(restoring, "_refuse_other_sessions", lambda: None)
    wipe()
    out = StringIO()
    call_command("restore", str(file), "--yes", "--without-copy", stdout=out)
    assert "Restored" in out.getvalue()
    assert Website.objects.count() == 2
