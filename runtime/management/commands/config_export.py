from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.selectors import TeamNotFoundError, team_by_slug_or_only
from common.errors import InvalidInputError
from runtime.teamfile.exporting import teamfile_text


class Command(BaseCommand):
    help = (
        "Prints the whole configuration of a team as YAML: settings, websites, monitors, channels, "
        "subscriptions, silences. Secrets are not in it; their places say env:NAME."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", metavar="SLUG", help="Needed when there are several teams.")
        parser.add_argument("--no-monitors", action="store_true", help="Leave the monitors out.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            team = team_by_slug_or_only(options["team"])
            text = teamfile_text(team=team, with_monitors=not options["no_monitors"])
        except TeamNotFoundError as error:
            raise CommandError(str(error)) from None
        except InvalidInputError as error:
            raise CommandError(error.message) from None
        self.stdout.write(text, ending="")
