from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.errors import ConflictError
from runtime.backups.making import backup_folder, backup_make
from runtime.backups.restoring import backup_check, backup_restore, refuse_running
from runtime.backups.tools import BackupError
from runtime.health import OK, pending_migrations
from runtime.selfcheck import check_encryption


class Command(BaseCommand):
    help = (
        "Puts a backup in place of the whole database. Refuses while the system runs; copies what "
        "is there first. Everything written since the backup is gone then."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="What `backup` made.")
        parser.add_argument("--yes", action="store_true", help="Do not ask.")
        parser.add_argument(
            "--without-copy",
            action="store_true",
            help="Do not copy the present database first (it is damaged, or there is no room).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            backup_check(path)
            refuse_running()
            self._ask(path, is_sure=options["yes"])
            if not options["without_copy"]:
                copy = backup_make(folder=backup_folder(), reason="before-restore")
                self.stdout.write(f"What was there: {copy}")
            backup_restore(path)
        except (BackupError, ConflictError) as error:
            raise CommandError(" ".join(filter(None, [error.message, error.advice]))) from None
        except OSError as error:
            raise CommandError(f"{error.filename or path}: {error.strerror}.") from None
        self.stdout.write(f"Restored: {path}")
        self._tell_what_is_left()

    def _ask(self, path: Path, *, is_sure: bool) -> None:
        if is_sure:
            return
        if not sys.stdin.isatty():
            raise CommandError("This replaces the whole database: add --yes.")
        self.stdout.write(f"This replaces the whole database by {path}.")
        if input("Type yes to go on: ").strip().lower() != "yes":
            raise CommandError("Nothing was done.")

    def _tell_what_is_left(self) -> None:
        if pending_migrations():
            self.stdout.write("It is of an older version: run `python manage.py init_db` now.")
            return
        word = check_encryption()
        if word != OK:
            self.stderr.write(
                f"{word}. Put the keys that belong to this backup back (docs/backup.md)."
            )
