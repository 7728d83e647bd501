from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.selectors import TeamNotFoundError, team_by_slug_or_only
from common.errors import InvalidInputError
from monitoring.alerting import Author
from runtime.teamfile.applying import teamfile_apply
from runtime.teamfile.document import MOST_BYTES
from runtime.teamfile.references import of_environment
from runtime.teamfile.report import Report


class Command(BaseCommand):
    help = (
        "Applies a configuration file of a team, all or nothing: makes and changes what it names, "
        "leaves alone what it does not. Twice changes nothing. env:NAME is looked up in the "
        "environment."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", help="YAML, or - for the standard input.")
        parser.add_argument("--team", metavar="SLUG", help="Needed when there are several teams.")
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done.")
        parser.add_argument(
            "--prune",
            action="store_true",
            help="Delete what the sections of the file do not name, with its history.",
        )
        parser.add_argument("--yes", action="store_true", help="Do not ask before deleting.")
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def handle(self, *args: Any, **options: Any) -> None:
        text = _text(options["file"])
        try:
            team = team_by_slug_or_only(options["team"])
            given = {
                "team": team, "text": text, "is_pruned": options["prune"],
                "author": Author(kind="user", name="config_import"), "secret_of": of_environment,
            }  # fmt: skip
            if options["prune"] and not (options["dry_run"] or options["yes"]):
                self._confirm(teamfile_apply(**given, dry_run=True), options["file"])
            report = teamfile_apply(**given, dry_run=options["dry_run"])
        except TeamNotFoundError as error:
            raise CommandError(str(error)) from None
        except InvalidInputError as error:
            lines = [f"{path}: {' '.join(texts)}" for path, texts in error.fields.items()]
            raise CommandError("\n".join([error.message, *lines, "Nothing was changed."])) from None
        self._tell(report, options)

    def _confirm(self, report: Report, source: str) -> None:
        """Raises CommandError unless a person says yes."""
        doomed = [step for step in report.steps if step.action == "deleted"]
        if not doomed:
            return
        for step in doomed:
            self.stderr.write(step.line())
        if source == "-" or not sys.stdin.isatty():
            raise CommandError(f"{len(doomed)} rows would be deleted. Say --yes if they should go.")
        if input(f"Delete these {len(doomed)} rows with their history? [yes/no] ") != "yes":
            raise CommandError("Nothing was changed.")

    def _tell(self, report: Report, options: dict[str, Any]) -> None:
        if options["json"]:
            steps = [asdict(step) for step in report.effective()]
            self.stdout.write(
                json.dumps(
                    {"dry_run": options["dry_run"], "steps": steps, "notes": report.notes,
                     "made_secrets": report.made_secrets, "summary": report.summary()}
                )
            )  # fmt: skip
            return
        for step in report.effective():
            self.stdout.write(step.line())
        for note in report.notes:
            self.stdout.write(note)
        would = "Would be: " if options["dry_run"] else ""
        self.stdout.write(f"{would}{report.summary()}.")
        for path, value in report.made_secrets.items():
            self.stdout.write(f"Made and shown this once, {path}: {value}")


def _text(source: str) -> str:
    try:
        if source == "-":
            return sys.stdin.read(MOST_BYTES + 1)
        with Path(source).open("rb") as file:
            return file.read(MOST_BYTES + 1).decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"{source} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise CommandError(f"{source} is not text in UTF-8.") from None
