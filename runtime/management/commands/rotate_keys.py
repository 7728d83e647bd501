from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.progress import ProgressBar
from common.rotation import UNREADABLE_SHOWN, Report, key_names, keys_rotate, values_count


class Command(BaseCommand):
    help = (
        "Encrypts every stored secret anew with the first key of FIELD_ENCRYPTION_KEYS, then says "
        "which old keys may go. Safe beside running processes, safe to stop and run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only count.")
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def handle(self, *args: Any, **options: Any) -> None:
        bar = ProgressBar(values_count())
        try:
            report = keys_rotate(dry_run=options["dry_run"], on_progress=bar.step)
        finally:
            bar.close()
        names = key_names()
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(report, names)))
        else:
            self._tell(report, names, is_dry=options["dry_run"])
        if report.unreadable:
            shown = report.unreadable[:UNREADABLE_SHOWN]
            more = len(report.unreadable) - len(shown)
            raise CommandError(
                f"No key opens {len(report.unreadable)} values: {'; '.join(shown)}"
                f"{f' and {more} more' if more else ''}. Add the key they were encrypted with to "
                "FIELD_ENCRYPTION_KEYS and run again, or enter these secrets anew."
            )
        if report.old and not options["dry_run"]:
            raise CommandError(
                f"{report.old} values still need an old key: a process that runs with older "
                "settings writes them. Restart all processes, then run again."
            )

    def _tell(self, report: Report, names: list[str], *, is_dry: bool) -> None:
        for position, name in enumerate(names):
            self.stdout.write(f"{report.by_key[position]:>8} values under {name}")
        if is_dry:
            self.stdout.write(f"{report.old} values would be encrypted anew with {names[0]}.")
            return
        self.stdout.write(f"{report.rotated} values encrypted anew with {names[0]}.")
        if report.overtaken:
            self.stdout.write(f"{report.overtaken} were changed by somebody else meanwhile.")
        if report.old or report.unreadable or len(names) == 1:
            return
        self.stdout.write(
            f"Every value is under the first key. You may take away {', '.join(names[1:])}; keep "
            "them with backups that were made before."
        )


def _as_json(report: Report, names: list[str]) -> dict[str, Any]:
    is_done = not (report.old or report.unreadable)
    return {
        "values_by_key": {name: report.by_key[position] for position, name in enumerate(names)},
        "rotated": report.rotated,
        "overtaken": report.overtaken,
        "unreadable": report.unreadable,
        "removable_keys": names[1:] if is_done else [],
    }
