from __future__ import annotations

import dataclasses
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from monitoring.services.polling import CycleSummary, cycle_now


class Command(BaseCommand):
    help = "Polls the due websites once, in this process, and says what changed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--all", action="store_true", help="Poll all active websites now.")
        parser.add_argument("--json", action="store_true", help="Print the summary as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        summary = cycle_now(all_websites=options["all"])
        if options["json"]:
            self.stdout.write(json.dumps(dataclasses.asdict(summary)))
        else:
            self._print(summary)

    def _print(self, summary: CycleSummary) -> None:
        self.stdout.write(
            f"{summary.websites_polled} websites polled, {summary.monitors_checked} monitors "
            f"checked, {summary.changes} changes, {summary.events} events in "
            f"{summary.duration_seconds} s."
        )
        if not summary.websites_polled:
            self.stdout.write("No website was due; --all polls all active ones.")
        for error in summary.errors:
            self.stderr.write(f"{error['name']}: {error['message']} {error['advice']}".rstrip())
