from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.selectors import TeamNotFoundError, team_by_slug_or_only
from common.errors import InvalidInputError
from websites.envsync import websites_sync


class Command(BaseCommand):
    help = (
        "Makes and updates the websites that WHMCS_API_* and WEBSITE_<n>_* name. Deletes none, "
        "prints no secret. Safe to run again, for example after each change of the settings."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", metavar="SLUG", help="Needed when there are several teams.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done.")
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            team = team_by_slug_or_only(options["team"])
            synced = websites_sync(team=team, dry_run=options["dry_run"])
        except TeamNotFoundError as error:
            raise CommandError(str(error)) from None
        except InvalidInputError as error:
            lines = [f"{name}: {' '.join(texts)}" for name, texts in error.fields.items()]
            raise CommandError("\n".join([error.message, *lines])) from None
        if options["json"]:
            rows = [asdict(one) for one in synced]
            self.stdout.write(json.dumps({"dry_run": options["dry_run"], "websites": rows}))
            return
        would = "would be " if options["dry_run"] else ""
        for one in synced:
            what = f"{would}{one.action}" if one.action != "unchanged" else one.action
            fields = f" ({', '.join(one.changed)})" if one.changed else ""
            self.stdout.write(f"{one.label}: {one.name} {what}{fields}")
        if not synced:
            self.stdout.write("The settings name no website (WHMCS_API_*, WEBSITE_<n>_*).")
