from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.choices import Scope
from accounts.models import Team
from accounts.services import api_key_create


class Command(BaseCommand):
    help = "Creates an API key of a team and prints it once, alone on the last line."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--team", required=True, metavar="SLUG")
        parser.add_argument("--name", required=True, help="What the key is for.")
        parser.add_argument("--scope", choices=Scope.values, default=Scope.ADMIN.value)

    def handle(self, *args: Any, **options: Any) -> None:
        team = Team.objects.filter(slug=options["team"]).first()
        if team is None:
            known = ", ".join(Team.objects.values_list("slug", flat=True)[:20]) or "none yet"
            raise CommandError(f"There is no team {options['team']!r}. Teams: {known}.")
        _, plain = api_key_create(team=team, name=options["name"], scope=options["scope"])
        self.stdout.write(
            f"Key {options['name']!r} of team {team.name}, scope {options['scope']}. "
            "It is shown only now:"
        )
        self.stdout.write(plain)
