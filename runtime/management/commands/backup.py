from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from runtime.backups.making import backup_folder, backup_make, backups_prune
from runtime.backups.tools import BackupError

REASON = "backup"


class Command(BaseCommand):
    help = (
        "Copies the whole database to a file, while everything runs. Keep the keys of .env too, in "
        "another place: without them the stored credentials in the copy cannot be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to", type=Path, metavar="FOLDER", help="Default: backups/ in VAR_DIR."
        )
        parser.add_argument(
            "--keep",
            type=int,
            metavar="N",
            help="Then delete all but the newest N copies this command made there.",
        )
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def handle(self, *args: Any, **options: Any) -> None:
        folder, keep = options["to"] or backup_folder(), options["keep"]
        if keep is not None and keep < 1:
            raise CommandError("--keep needs a number from 1 on.")
        try:
            path = backup_make(folder=folder, reason=REASON)
            removed = [] if keep is None else backups_prune(folder=folder, reason=REASON, keep=keep)
        except BackupError as error:
            raise CommandError(" ".join(filter(None, [error.message, error.advice]))) from None
        except OSError as error:
            raise CommandError(f"No backup in {folder}: {error.strerror}.") from None
        size = path.stat().st_size
        if options["json"]:
            body = {"path": str(path), "bytes": size, "removed": [str(one) for one in removed]}
            self.stdout.write(json.dumps(body))
            return
        self.stdout.write(f"{path} ({size / 1e6:.1f} MB)")
        for one in removed:
            self.stdout.write(f"deleted {one}")
        self.stdout.write("Keep SECRET_KEY and FIELD_ENCRYPTION_KEYS too, in another place.")
