from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.http_errors import HttpError
from websites.sources.whmcs_storefront.inspection import MEANINGS, as_json, saved_answer
from websites.sources.whmcs_storefront.page import read_page
from websites.sources.whmcs_storefront.result import Answer
from websites.sources.whmcs_storefront.visitor import Visitor

BUDGET_SECONDS = 30.0


class Command(BaseCommand):
    help = (
        "Says what the storefront reader makes of a page, and why. Reads the address over the "
        "network, or a saved page with --file."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", default="", help="The address the page is asked for.")
        parser.add_argument("--final-url", default="", help="Where it ended after redirects.")
        parser.add_argument("--status", type=int, default=200, help="HTTP status of a saved page.")
        parser.add_argument("--file", default="", help="A saved page instead of the network.")
        parser.add_argument(
            "--headers-file", default="", help="JSON object of the headers of a saved page."
        )
        parser.add_argument("--json", action="store_true", help="One JSON object on stdout.")

    def handle(self, *args: Any, **options: Any) -> None:
        answer = _saved(options) if options["file"] else _fetched(options["url"])
        found = as_json(read_page(answer))
        if options["json"]:
            self.stdout.write(json.dumps(found, ensure_ascii=False))
            return
        form = found["order_form"] or "no order form we know"
        self.stdout.write(f"Page: {found['page']} ({form})")
        if found["page"] in MEANINGS:
            self.stdout.write(MEANINGS[found["page"]])
        for one in found["readings"]:
            self.stdout.write(_line(one))
        if found["page"] == "listing":
            self.stdout.write(_summary(found["readings"]))


def _saved(options: dict[str, Any]) -> Answer:
    try:
        body = Path(options["file"]).read_bytes()
        text = Path(options["headers_file"]).read_text("utf-8") if options["headers_file"] else "{}"
        headers = json.loads(text)
    except OSError as error:
        raise CommandError(f"The file cannot be read: {error.strerror}.") from None
    except ValueError:
        raise CommandError("--headers-file must hold a JSON object.") from None
    if not isinstance(headers, dict):
        raise CommandError("--headers-file must hold a JSON object.")
    plain = {str(name): _text(value) for name, value in headers.items()}
    return saved_answer(
        body, options["url"], url=options["final_url"], status=options["status"], headers=plain
    )


def _text(value: Any) -> str:
    """A header that came several times may be given as a list."""
    return ", ".join(str(one) for one in value) if isinstance(value, list) else str(value)


def _fetched(url: str) -> Answer:
    if not url:
        raise CommandError("Give --url, or --file for a saved page.")
    try:
        return Visitor(budget_seconds=BUDGET_SECONDS).get(url)
    except HttpError as error:
        raise CommandError(f"{error.message} {error.advice}".strip()) from None


def _summary(readings: list[dict[str, Any]]) -> str:
    found = Counter(one["availability"] for one in readings)
    return (
        f"{len(readings)} products: {found['in_stock']} in stock, {found['out_of_stock']} out of "
        f"stock, {found['unknown']} not proved."
    )


def _line(one: dict[str, Any]) -> str:
    product = one["product_id"] or (f"b{one['bundle_id']}" if one["bundle_id"] else "?")
    number = "" if one["quantity"] is None else f" {one['quantity']}"
    price = f" {one['price']} {one['currency'] or ''}".rstrip() if one["price"] else ""
    return f"  {product:>8}  {one['availability']}{number}{price}  {one['name'] or ''}  [{one['evidence']}]"
