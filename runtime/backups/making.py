"""Makes a copy beside running processes."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from runtime.backups.tools import BackupError, private, run_tool

SQLITE, POSTGRESQL = ".sqlite3", ".dump"


def backup_folder() -> Path:
    return Path(settings.VAR_DIR) / "backups"


def backup_make(*, folder: Path, reason: str) -> Path:
    """Copies the whole database to `folder`, readable by us only, and proves that it can be read.

    Raises BackupError and OSError; nothing is left behind then.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    is_sqlite = connection.vendor == "sqlite"
    path = folder / f"{stem_of(reason)}{SQLITE if is_sqlite else POSTGRESQL}"
    try:
        sqlite_copy(path) if is_sqlite else postgresql_dump(path)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def stem_of(reason: str) -> str:
    """Names sort by time."""
    return f"{reason}-{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}"


def sqlite_copy(path: Path) -> None:
    """SQLite's own online copy: complete and consistent beside running processes.

    Through a connection of its own: one that is writing would wait for itself for ever.
    """
    database = Path(connection.settings_dict["NAME"]).resolve()
    try:
        with (
            closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(private(path))) as target,
        ):
            source.backup(target)
            # A single file, whatever becomes of it: no companions beside it.
            target.execute("PRAGMA journal_mode=DELETE")
            word = target.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise BackupError(f"The database cannot be copied: {error}.") from None
    if word != "ok":
        raise BackupError(
            f"The database is damaged: {word}.",
            advice="Restore the last good backup, or ask somebody who knows SQLite's .recover.",
        )


def postgresql_dump(path: Path) -> None:
    run_tool("pg_dump", ["--format=custom", f"--file={private(path)}"])
    run_tool("pg_restore", ["--list", str(path)])


def backups_prune(*, folder: Path, reason: str, keep: int) -> list[Path]:
    """Deletes all but the newest `keep` copies made for this reason. Returns which."""
    made = sorted(
        one for ending in (SQLITE, POSTGRESQL) for one in folder.glob(f"{reason}-*Z{ending}")
    )
    old = sorted(made, key=lambda one: one.stem)[: max(0, len(made) - keep)]
    for one in old:
        with suppress(FileNotFoundError):
            one.unlink()
    return old
