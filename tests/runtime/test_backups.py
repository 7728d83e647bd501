"""A backup made beside running processes comes back whole, and never under running processes."""

from __future__ import annotations

import json
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from monitoring.models import Monitor, MonitorHistory
from notifications.models import Channel, NotificationLog
from runtime import heartbeats
from runtime.backups import restoring
from runtime.runfile import RunFile
from tests.docs.test_runbook import tools
from tests.factories import make_monitor, make_website
from tests.notifications.factories import SECRET, make_channel, make_event, make_notification
from websites.models import Website

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.integration]

IS_SQLITE = connection.vendor == "sqlite"
only_sqlite = pytest.mark.skipif(not IS_SQLITE, reason="the SQLite pass has it")
only_postgresql = pytest.mark.skipif(IS_SQLITE, reason="the PostgreSQL pass has it")


@pytest.fixture(autouse=True)
def _places(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.VAR_DIR = tmp_path / "var"
    monkeypatch.setenv("PATH", f"{tools()}{os.pathsep}{os.environ['PATH']}")
    yield
    connection.close()


def backup(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("backup", "--json", *words, stdout=out)
    found: dict[str, Any] = json.loads(out.getvalue())
    return found


def restore(path: str | Path, *words: str) -> tuple[str, str]:
    out, error = StringIO(), StringIO()
    call_command("restore", str(path), "--yes", *words, stdout=out, stderr=error)
    return out.getvalue(), error.getvalue()


def refusal(path: str | Path, *words: str) -> str:
    with pytest.raises(CommandError) as caught:
        call_command("restore", str(path), *words, stdout=StringIO())
    return str(caught.value)


def make_rows() -> Website:
    website = make_website(name="Before")
    monitor = make_monitor(website, quantity=7)
    channel = make_channel(website.team)
    make_notification(channel).events.set([make_event(monitor)])
    return website


def test_a_restored_database_holds_every_row_as_it_was_and_can_be_written() -> None:
    website = make_rows()
    counts = [model.objects.count() for model in (Monitor, MonitorHistory, NotificationLog)]
    made = Path(backup()["path"])
    Website.objects.filter(pk=website.pk).update(name="After")
    Monitor.objects.all().delete()
    make_website(name="Later")
    said, trouble = restore(made)
    assert not trouble
    assert Website.objects.get(pk=website.pk).name == "Before"
    assert not Website.objects.filter(name="Later").exists()
    assert [model.objects.count() for model in (Monitor, MonitorHistory, NotificationLog)] == counts
    assert Website.objects.get(pk=website.pk).credentials["secret"] == "planted-secret"
    assert Channel.objects.get().secrets == {"secret": SECRET}
    assert make_website(name="New").pk > website.pk, "new rows get numbers of their own"
    assert "What was there" in said


def test_what_was_there_is_copied_first_and_can_be_brought_back() -> None:
    make_website(name="Old")
    made = backup()["path"]
    Website.objects.update(name="Newer")
    said, _ = restore(made)
    copy = said.splitlines()[0].removeprefix("What was there: ")
    restore(copy, "--without-copy")
    assert Website.objects.get().name == "Newer"


def test_a_backup_is_private_and_old_ones_go() -> None:
    first, second = Path(backup()["path"]), Path(backup()["path"])
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700
    other = first.with_name("before-import-20260101T000000000000Z.sqlite3")
    other.touch()
    third = backup("--keep", "2")
    assert third["removed"] == [str(first)]
    assert second.exists()
    assert other.exists(), "copies that other commands made stay"


def test_a_backup_goes_to_the_folder_that_is_named(tmp_path: Path) -> None:
    assert Path(backup("--to", str(tmp_path / "disk"))["path"]).parent == tmp_path / "disk"
    (tmp_path / "file").touch()
    with pytest.raises(CommandError, match="No backup"):
        backup("--to", str(tmp_path / "file"))
    with pytest.raises(CommandError, match="from 1 on"):
        backup("--keep", "0")


def test_without_yes_somebody_is_asked_and_a_script_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_website(name="Kept")
    made = backup()["path"]
    assert "--yes" in refusal(made)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _: "no")
    assert "Nothing was done" in refusal(made)


def test_nothing_is_restored_under_a_living_supervisor_of_this_machine(tmp_path: Path) -> None:
    made = backup()["path"]
    with RunFile(tmp_path / "var" / "run", "other"):
        assert "runs on this machine" in refusal(made, "--yes")
    restore(made)


def test_nothing_is_restored_under_a_system_that_gave_a_sign_of_life_lately() -> None:
    made = backup()["path"]
    heartbeats.beat(heartbeats.TICKER)
    assert "ticker" in refusal(made, "--yes")
    heartbeats.beat(heartbeats.TICKER, timezone.now() - timedelta(minutes=5))
    restore(made)


@pytest.mark.parametrize("content", [b"", b"hello", b"SQLite format 3\0" + b"x" * 5000, b"PGDMPx"])
def test_a_file_that_is_no_whole_backup_is_refused_and_nothing_is_touched(
    tmp_path: Path, content: bytes
) -> None:
    make_website(name="Kept")
    path = tmp_path / "broken"
    path.write_bytes(content)
    assert refusal(path, "--yes")
    assert Website.objects.get().name == "Kept"
    assert not (tmp_path / "var" / "backups").exists()
    assert "No such file" in refusal(tmp_path / "none", "--yes")


def test_a_backup_of_another_kind_of_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other"
    path.write_bytes(b"PGDMP" if IS_SQLITE else b"SQLite format 3\0")
    # A copy of SQLite would be taken over; this one is none.
    assert ("another kind" if IS_SQLITE else "cannot be read") in refusal(path, "--yes")


@only_sqlite
def test_a_backup_of_a_newer_version_is_refused() -> None:
    made = backup()["path"]
    with closing(sqlite3.connect(made)) as copy:
        copy.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('websites', '9999_x', '')"
        )
        copy.commit()
    assert "websites.9999_x" in refusal(made, "--yes")


@only_sqlite
def test_a_backup_of_an_older_version_is_taken_and_says_what_to_do() -> None:
    made = backup()["path"]
    with closing(sqlite3.connect(made)) as copy:
        copy.execute("DELETE FROM django_migrations WHERE app = 'runtime'")
        copy.commit()
    current = backup()["path"]
    assert "init_db" in restore(made)[0]
    restore(current)


@only_sqlite
def test_a_restore_that_fails_half_way_leaves_the_database_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = backup()["path"]
    make_website(name="Kept")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("runtime.backups.restoring.os.fsync", fail)
    assert "No space left" in refusal(made, "--yes")
    assert Website.objects.get().name == "Kept"
    database = Path(connection.settings_dict["NAME"])
    assert not list(database.parent.glob(f"{database.name}.restoring*"))


@only_sqlite
def test_a_damaged_database_is_told_and_can_be_replaced(tmp_path: Path) -> None:
    make_website(name="Good")
    made = backup()["path"]
    connection.close()
    database = Path(connection.settings_dict["NAME"])
    whole = database.read_bytes()
    database.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    try:
        with pytest.raises(CommandError, match=r"damaged|cannot be copied"):
            backup()
        restore(made, "--without-copy")
        assert Website.objects.get().name == "Good"
    finally:
        connection.close()


def test_credentials_of_other_keys_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    made = backup()["path"]
    monkeypatch.setattr(
        "runtime.management.commands.restore.check_encryption", lambda: "needs a key"
    )
    assert "needs a key" in restore(made)[1]


@only_postgresql
def test_tables_that_came_after_the_backup_are_gone() -> None:
    made = backup()["path"]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE came_later (id int)")
    restore(made)
    assert "came_later" not in connection.introspection.table_names()


@only_postgresql
def test_a_restore_that_fails_leaves_the_database_as_it_was(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    made = backup()["path"]
    make_website(name="Kept")
    broken = tmp_path / "broken.sql"
    broken.write_text("CREATE TABLE x (id int);\nno statement;\n")
    real = restoring._script

    class Script:
        def __enter__(self) -> Path:
            return broken

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr(restoring, "_script", lambda _: Script())
    assert "psql failed" in refusal(made, "--yes")
    monkeypatch.setattr(restoring, "_script", real)
    assert Website.objects.get().name == "Kept"


@only_postgresql
def test_without_the_programs_of_postgresql_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CommandError, match="postgresql-client"):
        backup()


@only_postgresql
def test_nothing_is_restored_while_another_session_uses_the_database() -> None:
    made = backup()["path"]
    other = connection.copy("other")
    other.ensure_connection()
    try:
        assert "other sessions" in refusal(made, "--yes")
    finally:
        other.close()
