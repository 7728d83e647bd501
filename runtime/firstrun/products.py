"""Which products of the shop are watched."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext

from accounts.admin.display import Tone
from common.errors import InvalidInputError
from monitoring.services.monitors import monitors_bulk_ensure
from runtime.firstrun.shops import Look
from websites.models import Website
from websites.sources.base import Availability, StockReading

CHUNK = 200


class Offer(NamedTuple):
    """A product the shop lists."""

    product_id: str
    name: str
    group: str
    price: Decimal | None
    currency: str
    stock: str
    tone: Tone
    is_watched: bool


def offers_of(website: Website, look: Look | None) -> list[Offer]:
    """Everything it lists; stock is what the last test saw, "" where it was not read."""
    readings = look.readings if look else {}
    watched = {*website.monitors.filter(config_option_id="").values_list("product_id", flat=True)}
    return [
        Offer(
            one.product_id,
            str(one),
            one.group_name,
            one.price,
            one.currency,
            *_stock(readings.get(one.product_id)),
            one.product_id in watched,
        )
        for one in website.catalogue.listed()
    ]


def products_watch(
    *, website: Website, product_ids: Sequence[str], threshold: int | None
) -> tuple[int, int]:
    """(how many are watched now for the first time, how many of them were before). Those keep what
    was set for them. Raises InvalidInputError for an id that is not listed."""
    wanted = list(dict.fromkeys(product_ids))
    listed = dict(
        website.catalogue.listed().filter(product_id__in=wanted).values_list("product_id", "name")
        if len(wanted) <= CHUNK
        else website.catalogue.listed().values_list("product_id", "name")
    )
    if unknown := [one for one in wanted if one not in listed]:
        text = gettext("The shop does not list: %(products)s.")
        raise InvalidInputError(text % {"products": ", ".join(unknown[:5])})
    made = 0
    for start in range(0, len(wanted), CHUNK):
        rows: list[dict[str, Any]] = [
            {"product_id": one, "product_name": listed[one], "threshold_low": threshold}
            for one in wanted[start : start + CHUNK]
        ]
        made += monitors_bulk_ensure(website=website, rows=rows)[1]
    return made, len(wanted) - made


def chosen(posted: Any, offers: Sequence[Offer]) -> list[str]:
    """Ids that were ticked. The script of the page sends one JSON list: thousands of single fields
    would be refused."""
    if "all" in posted:
        return [offer.product_id for offer in offers]
    if posted.get("products"):
        try:
            listed = json.loads(posted["products"])
        except ValueError:
            return []
        return [str(one) for one in listed] if isinstance(listed, list) else []
    return list(posted.getlist("product"))


def _stock(reading: StockReading | None) -> tuple[str, Tone]:
    if reading is None:
        return "", "idle"
    if reading.quantity is not None and reading.quantity > 0:
        return gettext("%(number)s in stock") % {"number": reading.quantity}, "good"
    if reading.availability == Availability.IN_STOCK:
        return gettext("in stock"), "good"
    if reading.availability == Availability.OUT_OF_STOCK:
        return gettext("sold out"), "bad"
    return gettext("not known yet"), "idle"
