"""Puts a copy in place of the database: checked first, all or nothing, never under running processes."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from psycopg2 import sql

from common.errors import ConflictError
from runtime import heartbeats
from runtime.backups.making import POSTGRESQL, SQLITE
from runtime.backups.moving import sqlite_into_ours
from runtime.backups.tools import BackupError, private, run_tool
from runtime.runfile import SUFFIX

HEADERS = {b"SQLite format 3\0": SQLITE, b"PGDMP": POSTGRESQL}

OTHER_SESSIONS = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)
LEAVING_LOOKS, LEAVING_SECONDS = 10, 0.1
"""A session that was just closed is seen for a moment more."""


def refuse_running() -> None:
    """Raises ConflictError while anything of the system runs, here or on another machine."""
    if _supervisor_lives(Path(settings.VAR_DIR) / "run"):
        raise ConflictError("The system runs on this machine.", advice="Stop it, then restore.")
    limit = settings.CANARY_LIMIT_SECONDS
    with suppress(DatabaseError):  # a database that is gone has nobody working with it
        young = [name for name, age in heartbeats.ages_seconds().items() if age < limit]
        if young:
            raise ConflictError(
                f"A sign of life of {', '.join(sorted(young))} is less than {limit:.0f} s old.",
                advice="Stop the system on every machine, wait that long, then restore.",
            )
        _refuse_other_sessions()


def _supervisor_lives(folder: Path) -> bool:
    """A living supervisor holds a lock on its run file."""
    for path in folder.glob(f"*{SUFFIX}"):
        with suppress(FileNotFoundError), path.open("r+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
    return False


def _refuse_other_sessions() -> None:
    if connection.vendor == "sqlite":
        return
    for _ in range(LEAVING_LOOKS):
        with connection.cursor() as cursor:
            cursor.execute(OTHER_SESSIONS)
            (others,) = cursor.fetchone() or (0,)
        if not others:
            return
        time.sleep(LEAVING_SECONDS)
    raise ConflictError(
        f"{others} other sessions use the database.",
        advice="Stop what uses it (pg_stat_activity names them), then restore.",
    )


def backup_check(path: Path) -> None:
    """Is it a whole copy for a database like ours, made by this code or an older one?

    A copy of SQLite may also go into PostgreSQL. Raises BackupError and OSError.
    """
    kind = kind_of(path)
    if kind is None:
        raise BackupError(f"{path.name} is no backup made by `backup` or pg_dump --format=custom.")
    ours = SQLITE if connection.vendor == "sqlite" else POSTGRESQL
    if kind == POSTGRESQL and ours == SQLITE:
        raise BackupError(
            f"{path.name} is of another kind of database than DATABASE_URL names.",
            advice="Set DATABASE_URL as it was when the backup was made.",
        )
    if kind == SQLITE:
        _refuse_newer(_sqlite_migrations(path))
    else:
        run_tool("pg_restore", ["--list", str(path)])


def kind_of(path: Path) -> str | None:
    """SQLITE, POSTGRESQL, or None for no backup."""
    with path.open("rb") as file:
        start = file.read(16)
    return next((kind for head, kind in HEADERS.items() if start.startswith(head)), None)


def _sqlite_migrations(path: Path) -> set[tuple[str, str]]:
    address = f"{path.resolve().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as copy:
            word = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if word != "ok":
                raise BackupError(f"{path.name} is damaged: {word}.")
            return set(copy.execute("SELECT app, name FROM django_migrations"))
    except sqlite3.Error as error:
        raise BackupError(f"{path.name} cannot be read: {error}.") from None


def _refuse_newer(applied: set[tuple[str, str]]) -> None:
    """A table that the code does not know cannot be taken back by it."""
    loader = MigrationLoader(None, ignore_no_migrations=True)
    known = set(loader.disk_migrations or {}) | set(loader.replacements or {})
    apps = {app for app, _ in known}
    newer = sorted(f"{app}.{name}" for app, name in applied - known if app in apps)
    if newer:
        raise BackupError(
            f"The backup was made by a newer version (it has {newer[0]}).",
            advice="Install that version, or take an older backup.",
        )


def backup_restore(path: Path) -> None:
    """Replaces the database by the copy. Raises BackupError and OSError; the database is as it was
    then."""
    if connection.vendor == "sqlite":
        connection.close()
        _sqlite_restore(path, Path(connection.settings_dict["NAME"]).resolve())
        return
    if kind_of(path) == SQLITE:
        sqlite_into_ours(path)
        return
    with _script(path) as script:
        words = ["--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1"]
        drops = [f"--command={_drop_tables()}"]
        connection.close()
        run_tool("psql", [*words, *drops, f"--file={script}"])
    connection.close()


def _sqlite_restore(path: Path, database: Path) -> None:
    """A whole new file takes the place of the old one in one step; until then the old one is there."""
    new = database.with_name(f"{database.name}.restoring")
    new.unlink(missing_ok=True)
    try:
        address = f"{path.resolve().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(address, uri=True)) as source,
            closing(sqlite3.connect(private(new))) as target,
        ):
            source.backup(target)
        with new.open("rb") as file:
            os.fsync(file.fileno())
        # Left beside the new file, they would be taken for its own.
        for companion in ("-wal", "-shm"):
            database.with_name(database.name + companion).unlink(missing_ok=True)
        new.replace(database)
    except sqlite3.Error as error:
        raise BackupError(f"{path.name} cannot be copied into place: {error}.") from None
    finally:
        new.unlink(missing_ok=True)


@contextmanager
def _script(path: Path) -> Iterator[Path]:
    """The dump as statements, whole before the first of them runs."""
    script = path.with_name(f".{path.name}.{os.getpid()}.sql")
    try:
        options = ["--no-owner", "--no-privileges"]
        run_tool("pg_restore", [*options, f"--file={private(script)}", str(path)])
        yield script
    finally:
        script.unlink(missing_ok=True)


def _drop_tables() -> str:
    """Also those the backup does not know: a migration would find them in its way."""
    names = connection.introspection.table_names()
    if not names:
        return "SELECT 1"
    tables = sql.SQL(", ").join(sql.Identifier(name) for name in names)
    with connection.cursor() as cursor:
        return str(sql.SQL("DROP TABLE {} CASCADE").format(tables).as_string(cursor.cursor))
