from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from accounts.models import Team
from common.errors import ProductError
from runtime import sampledata, seeding
from runtime.schedules import schedules_ensure
from websites.models import Website


class Command(BaseCommand):
    help = (
        "Brings the database up to date and creates what a fresh one needs: the first user and "
        "team, the Website and the Channel that the settings name. Safe to run again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--sample-data", action="store_true", help="Add a shop with products to look at."
        )
        parser.add_argument(
            "--world",
            type=Path,
            metavar="FILE",
            help="With --sample-data: JSON that a running fake world says of itself; its shops "
            "and its inbox are used instead of a shop kept by hand.",
        )
        parser.add_argument(
            "--drop-existing", action="store_true", help="Delete all data first. Needs --yes."
        )
        parser.add_argument("--yes", action="store_true", help="Really delete all data.")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["drop_existing"]:
            self._drop(is_sure=options["yes"])
        call_command("migrate", interactive=False, verbosity=0)
        schedules_ensure()
        try:
            self._seed()
            if options["sample_data"]:
                self._sample(options["world"])
        except ProductError as error:
            raise CommandError(_sentence(error)) from None

    def _drop(self, *, is_sure: bool) -> None:
        if not is_sure:
            name = connection.settings_dict["NAME"]
            raise CommandError(f"This deletes all data in {name}. Add --yes if that is wanted.")
        count = seeding.tables_drop()
        self.stdout.write(f"Dropped {count} tables.")

    def _seed(self) -> None:
        first = seeding.owner_ensure()
        if first is not None:
            self.stdout.write(f"First user: {first.username}")
            if first.password is not None:
                self.stdout.write(f"Password (shown only now): {first.password}")
        team = Team.objects.order_by("pk").first()
        if team is None:
            return
        for name in seeding.websites_seed(team):
            self.stdout.write(f"Website from the settings: {name}")
        channel = seeding.channel_seed(team)
        if channel is not None:
            self.stdout.write(f"Channel from the settings: {channel.name}")

    def _sample(self, world: Path | None) -> None:
        team = Team.objects.order_by("pk").first()
        if team is None or Website.objects.exists():
            self.stdout.write("There are websites already: no sample data added.")
            return
        if world is None:
            website = sampledata.hand_kept_shop(team)
            self.stdout.write(f"Sample data: website {website.name!r}.")
            return
        said = json.loads(world.read_text(encoding="utf-8"))
        sampledata.world_channels(team, said)
        sampledata.world_link(team, said)
        sampledata.board_open(team)
        websites = sampledata.world_shops(team, said)
        names = ", ".join(website.name for website in websites)
        self.stdout.write(f"Sample data for {settings.APP_NAME}: {names}.")


def _sentence(error: ProductError) -> str:
    fields: dict[str, list[str]] = getattr(error, "fields", {})
    details = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in fields.items())
    return " ".join(part for part in (error.message, details, error.advice) if part)
