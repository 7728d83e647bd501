"""A copy of the database in use, made before something large is written into it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.core.management import call_command
from django.db import connection

from runtime.backups.making import backup_folder, backup_make, stem_of
from runtime.backups.tools import BackupError, private


@dataclass(frozen=True, slots=True)
class Backup:
    """`how` says what it is and how to bring it back."""

    path: Path
    how: str


def database_backup(reason: str) -> Backup:
    """Copies the whole database to VAR_DIR/backups, readable by us only. Raises OSError, and
    BackupError on SQLite; on PostgreSQL without a fitting pg_dump it does what it can."""
    try:
        path = backup_make(folder=backup_folder(), reason=reason)
    except BackupError:
        if connection.vendor == "sqlite":
            raise
        return _dumpdata(backup_folder() / f"{stem_of(reason)}.json")
    return Backup(path, "the whole database: bring it back with manage.py restore")


def _dumpdata(path: Path) -> Backup:
    with private(path).open("w", encoding="utf-8") as file:
        call_command("dumpdata", stdout=file, verbosity=0)
    return Backup(
        path,
        "a JSON file without the stored credentials, because no fitting pg_dump is installed: "
        "bring it back with loaddata into an empty database",
    )
