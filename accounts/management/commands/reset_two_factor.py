"""Lets a person in with the password alone again, for when app and backup codes are lost."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services.twofactor import two_factor_end


class Command(BaseCommand):
    help = "Switches the two-factor of a person off. All their log-ins end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["username"]
        user = User.objects.filter(username=name).first()
        if user is None:
            raise CommandError(f"There is no user {name!r}.")
        if user.two_factor_at is None:
            raise CommandError(f"Two-factor of {name!r} is not on.")
        two_factor_end(user=user)
        self.stdout.write(f"Two-factor of {name} is off.")
