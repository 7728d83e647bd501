"""Choosing products of a shop to watch: read its list, tick, import with a progress bar."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext

from accounts.admin.display import error_text, list_url, page_url
from accounts.admin.verbs import VerbsMixin
from common.errors import ProductError
from monitoring.models import Monitor
from monitoring.services.importing import ImportSummary, products_discover, products_import
from websites.models import CatalogueProduct, Website

PROGRESS_SECONDS = 600


class Offer(NamedTuple):
    """A product the shop lists."""

    product_id: str
    name: str
    group: str
    price: Decimal | None
    currency: str
    is_watched: bool


class ImportPageMixin(VerbsMixin):
    """The page behind the verb `import`. Reading the shop happens on POST, in no transaction."""

    def import_page(self, request: HttpRequest, row: Website) -> HttpResponse:
        if request.method != "POST":
            token = request.GET.get("progress")
            return self._progress(row, token) if token else self._offer(request, row, _known(row))
        if "import" in request.POST:
            return self._import(request, row)
        try:
            return self._offer(request, row, _read(row), is_fresh=True)
        except ProductError as error:
            self._complain(request, error)
            return redirect(self.verb_url("import", row))

    def _offer(
        self, request: HttpRequest, row: Website, offers: list[Offer], *, is_fresh: bool = False
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Import products from %(website)s") % {"website": row},
            "website": row,
            "website_url": page_url(row),
            "offers": offers,
            "unwatched": sum(not offer.is_watched for offer in offers),
            "is_fresh": is_fresh,
            "import_url": self.verb_url("import", row),
            "token": get_random_string(16),
        }
        return TemplateResponse(request, "admin/desk/import.html", context)

    def _import(self, request: HttpRequest, row: Website) -> HttpResponse:
        key = _progress_key(row, request.POST.get("token", ""))

        def tell(done: int, total: int) -> None:
            cache.set(key, {"done": done, "total": total}, PROGRESS_SECONDS)

        target = self.verb_url("import", row)
        try:
            wanted = _wanted(request.POST)
            if wanted == []:
                raise ProductError(gettext("Choose at least one product."))
            summary = products_import(website=row, product_ids=wanted, on_progress=tell)
        except ProductError as error:
            self._complain(request, error)
        else:
            self.message_user(request, _told(summary), messages.SUCCESS)
            target = list_url(Monitor, f"website__id__exact={row.pk}")
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"next": target})
        return redirect(target)

    def _progress(self, row: Website, token: str) -> HttpResponse:
        return JsonResponse(cache.get(_progress_key(row, token)) or {"done": 0, "total": 0})

    def _complain(self, request: HttpRequest, error: ProductError) -> None:
        self.message_user(request, error_text(error), messages.ERROR)


def _told(summary: ImportSummary) -> str:
    text = gettext(
        "%(created)d of %(total)d products are watched now. Their first reading is only a "
        "baseline and announces nothing."
    )
    if summary.existing:
        text = gettext(
            "%(created)d of %(total)d products are watched now; %(existing)d were watched already. "
            "Their first reading is only a baseline and announces nothing."
        )
    return text % {
        "created": summary.created,
        "total": summary.total,
        "existing": summary.existing,
    }


def _progress_key(row: Website, token: str) -> str:
    safe = "".join(letter for letter in token[:32] if letter.isascii() and letter.isalnum())
    return f"import-progress:{row.pk}:{safe}"


def _wanted(posted: Any) -> list[str] | None:
    """Product ids, None for all. The page's script sends one JSON list, because thousands of
    single fields would be refused."""
    if "all" in posted:
        return None
    if "products" in posted:
        try:
            listed = json.loads(posted["products"])
        except ValueError:
            return []
        return [str(one) for one in listed] if isinstance(listed, list) else []
    return list(posted.getlist("product"))


def _watched(row: Website) -> set[str]:
    return set(row.monitors.filter(config_option_id="").values_list("product_id", flat=True))


def _known(row: Website) -> list[Offer]:
    """What earlier readings listed."""
    products: Iterable[CatalogueProduct] = row.catalogue.listed()
    watched = _watched(row)
    return [
        Offer(
            one.product_id,
            str(one),
            one.group_name,
            one.price,
            one.currency,
            one.product_id in watched,
        )
        for one in products
    ]


def _read(row: Website) -> list[Offer]:
    """What the shop lists now. Raises SourceError."""
    watched = _watched(row)
    found: Mapping[str, Offer] = {
        one.product_id: Offer(
            one.product_id, one.name or one.product_id, one.group_name, one.price, one.currency,
            one.product_id in watched,
        )
        for one in products_discover(website=row)
    }  # fmt: skip
    return sorted(found.values(), key=lambda offer: (offer.group, offer.name))
