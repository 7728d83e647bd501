from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from runtime.health import OK, readiness
from runtime.selfcheck import NOT_SET, selfcheck


class Command(BaseCommand):
    help = "Checks database, migrations, cache, queue, ticker, keys, e-mail and the Telegram token."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print the result as JSON.")
        parser.add_argument(
            "--ready",
            action="store_true",
            help="Only what /api/v1/health/ready says: nothing outside is asked.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        words = readiness() if options["ready"] else selfcheck()
        is_fine = all(word in (OK, NOT_SET) for word in words.values())
        if options["json"]:
            self.stdout.write(json.dumps({"ok": is_fine, "checks": words}))
        else:
            for name, word in words.items():
                self.stdout.write(f"{name:<12}{word}")
        if not is_fine:
            sys.exit(1)
