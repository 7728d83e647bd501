from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import Progress

from common.errors import ProductError
from monitoring.services.importing import products_import
from websites.selectors import WebsiteNotFoundError, website_by_name_or_id


class Command(BaseCommand):
    help = "Watches products of a website: all it lists, or the ones named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("website", metavar="WEBSITE", help="Id or name.")
        parser.add_argument("--all", action="store_true", help="Every product the shop lists.")
        parser.add_argument("--product", nargs="+", metavar="ID", help="Product ids to watch.")

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["all"]) == bool(options["product"]):
            raise CommandError("Give either --all or --product ID ...")
        try:
            website = website_by_name_or_id(options["website"])
            with Progress(transient=True) as bar:
                task = bar.add_task(f"Importing from {website.name}", total=None)
                summary = products_import(
                    website=website,
                    product_ids=options["product"],
                    on_progress=lambda done, total: bar.update(task, completed=done, total=total),
                )
        except WebsiteNotFoundError as error:
            raise CommandError(str(error)) from None
        except ProductError as error:
            raise CommandError(f"{error.message} {error.advice}".rstrip()) from None
        self.stdout.write(
            f"{summary.created} monitors created, {summary.existing} existed "
            f"({summary.total} products)."
        )
