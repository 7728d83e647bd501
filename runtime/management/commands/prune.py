from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from runtime.pruning import prune


class Command(BaseCommand):
    help = (
        "Deletes what is older than it is kept (RETENTION_DAYS, or the days of a team); daily sums "
        "of stock stay. Runs every hour by itself. Safe beside running processes, safe to stop."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="Only count.")
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def handle(self, *args: Any, **options: Any) -> None:
        counts = prune(timezone.now(), dry_run=options["dry_run"], seconds=None)
        if options["json"]:
            self.stdout.write(json.dumps(counts))
            return
        word = "would go" if options["dry_run"] else "deleted"
        for name, count in counts.items():
            self.stdout.write(f"{count:>10} {name.replace('_', ' ')} {word}")
