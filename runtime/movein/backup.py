"""A copy of the database in use, made before something large is written into it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

PG_DUMP_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Backup:
    """`how` says what it is and how to bring it back."""

    path: Path
    how: str


def database_backup(reason: str) -> Backup:
    """Copies the whole database to VAR_DIR/backups, readable by us only. Raises OSError."""
    folder = Path(settings.VAR_DIR) / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = f"{reason}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"
    if connection.vendor == "sqlite":
        return _sqlite(folder / f"{stem}.sqlite3")
    program = shutil.which("pg_dump")
    made = _pg_dump(program, folder / f"{stem}.dump") if program else None
    return made or _dumpdata(folder / f"{stem}.json")


def _private(path: Path) -> Path:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return path


def _sqlite(path: Path) -> Backup:
    """SQLite's own online copy: complete and consistent beside running processes.

    Through a connection of its own: one that is writing would wait for itself for ever.
    """
    address = Path(connection.settings_dict["NAME"]).resolve().as_uri()
    with (
        closing(sqlite3.connect(f"{address}?mode=ro", uri=True)) as source,
        closing(sqlite3.connect(_private(path))) as target,
    ):
        source.backup(target)
    return Backup(path, "a SQLite file: stop everything, put it in place of the database")


def _pg_dump(program: str, path: Path) -> Backup | None:
    """None when pg_dump cannot do it (it is older than the server)."""
    connection.ensure_connection()
    place = connection.connection.get_dsn_parameters()
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
    environment = dict(os.environ) | {names[k]: v for k, v in place.items() if k in names}
    if password := connection.settings_dict.get("PASSWORD"):
        environment["PGPASSWORD"] = str(password)
    done = subprocess.run(  # noqa: S603 - no word of the command comes from outside
        [program, "--format=custom", f"--file={_private(path)}"],
        env=environment,
        capture_output=True,
        timeout=PG_DUMP_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        path.unlink(missing_ok=True)
        return None
    return Backup(path, "a dump of pg_dump: bring it back with pg_restore --clean")


def _dumpdata(path: Path) -> Backup:
    with _private(path).open("w", encoding="utf-8") as file:
        call_command("dumpdata", stdout=file, verbosity=0)
    return Backup(
        path,
        "a JSON file without the stored credentials, because no fitting pg_dump is installed: "
        "bring it back with loaddata into an empty database",
    )
