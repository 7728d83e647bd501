from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Team
from accounts.selectors import TeamNotFoundError, team_by_slug_or_only
from common.errors import InvalidInputError
from common.progress import ProgressBar
from runtime.backups.tools import BackupError
from runtime.movein.backup import Backup, database_backup
from runtime.movein.importing import Moved, Plan, plan_read, plan_write, website_for
from runtime.movein.oldfiles import open_old
from runtime.seeding import channel_seed


class Command(BaseCommand):
    help = (
        "Takes over an older single-site monitor: its products, settings and stock history, from a "
        "SQLite file, a PostgreSQL address or JSON. Makes a backup first, announces nothing, "
        "writes all or nothing, and may be run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="PATH|ADDRESS")
        parser.add_argument("--team", metavar="SLUG", help="Needed when there are several teams.")
        parser.add_argument(
            "--website", metavar="ID|NAME", help="Default: the one that WHMCS_API_* name."
        )
        parser.add_argument("--dry-run", action="store_true", help="Check, and say what would be.")
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def handle(self, *args: Any, **options: Any) -> None:
        bar = ProgressBar(0)
        try:
            team = team_by_slug_or_only(options["team"])
            plan = plan_read(open_old(options["source"]), bar.step)
            backup = None if options["dry_run"] else database_backup("before-import")
            bar = ProgressBar(sum(len(readings) for readings in plan.readings.values()))
            done = self._write(team, plan, bar, options)
        except TeamNotFoundError as error:
            raise CommandError(str(error)) from None
        except InvalidInputError as error:
            lines = [line for texts in error.fields.values() for line in texts]
            raise CommandError("\n".join([error.message, *lines])) from None
        except (OSError, BackupError) as error:
            raise CommandError(f"No backup could be made, so nothing was done: {error}") from None
        finally:
            bar.close()
        answer = {"dry_run": options["dry_run"], "records_read": plan.records_read,
                  "records_without_monitor": plan.orphans, **done}  # fmt: skip
        if options["json"]:
            path = None if backup is None else str(backup.path)
            self.stdout.write(json.dumps({**answer, "backup": path}))
        else:
            self._tell(answer, backup)

    def _write(
        self, team: Team, plan: Plan, bar: ProgressBar, options: dict[str, Any]
    ) -> dict[str, Any]:
        with transaction.atomic():
            website = website_for(team=team, text=options["website"])
            moved: Moved = plan_write(plan, website=website, on_progress=bar.step)
            channel = channel_seed(team)
            if options["dry_run"]:
                transaction.set_rollback(True)
        name = None if channel is None else channel.name
        return {"website": website.name, "channel": name, **asdict(moved)}

    def _tell(self, done: dict[str, Any], backup: Backup | None) -> None:
        would = "would be " if done["dry_run"] else ""
        if backup is not None:
            self.stdout.write(f"Backup: {backup.path} ({backup.how})")
        self.stdout.write(f"Website: {done['website']}")
        self.stdout.write(
            f"Monitors: {done['monitors_created']} {would}created, "
            f"{done['monitors_kept']} there already"
        )
        left_out = done["records_read"] - done["records_without_monitor"]
        left_out -= done["records_created"] + done["records_kept"]
        self.stdout.write(
            f"Stock records: {done['records_created']} {would}created, "
            f"{done['records_kept']} there already, {left_out} left out because nothing changed, "
            f"{done['records_without_monitor']} because their monitor is gone"
        )
        if done["channel"]:
            self.stdout.write(f"Channel: {done['channel']} {would}created")
        self.stdout.write("No event was made: nothing is announced of the past.")
