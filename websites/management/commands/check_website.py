from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from websites.selectors import WebsiteNotFoundError, website_by_name_or_id
from websites.services import website_check


class Command(BaseCommand):
    help = "Tests the connection to a website and says the exact fix. Exit code 1 when it fails."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("website", metavar="WEBSITE", help="Id or name.")
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            website = website_by_name_or_id(options["website"])
        except WebsiteNotFoundError as error:
            raise CommandError(str(error)) from None
        result = website_check(website=website)
        if options["json"]:
            answer = {
                "website": website.pk,
                "name": website.name,
                "ok": result.ok,
                "code": result.code,
                "message": result.message,
                "advice": result.advice,
                "details": dict(result.details),
            }
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(f"{website.name}: {result.message}")
            if result.advice:
                self.stdout.write(result.advice)
        if not result.ok:
            sys.exit(1)
