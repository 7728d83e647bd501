"""Opens order links of products whose group page proves nothing, each as a new visitor."""

from __future__ import annotations

import time
from collections.abc import Sequence

from django.conf import settings

from common.http_errors import HttpError
from websites.sources.base import Availability, StockReading
from websites.sources.whmcs_storefront.memory import Memory
from websites.sources.whmcs_storefront.page import read_page
from websites.sources.whmcs_storefront.result import FAILURES, NOT_FOUND, Item
from websites.sources.whmcs_storefront.visitor import Visitor

RESERVE_SECONDS = 6.0
"""A probe takes up to two requests; none is begun with less time left."""
REFUSED_PAUSE_SECONDS = 3600


def probe_url(root: str, product_id: str, listed: str = "") -> str:
    """ "" for products that have no address to ask."""
    if product_id.isascii() and product_id.isdecimal():
        return f"{root}/cart.php?a=add&pid={product_id}"
    return listed if product_id.startswith("slug:") else ""


def probe(
    wanted: Sequence[StockReading], *, root: str, visitor: Visitor, memory: Memory
) -> dict[str, Item]:
    """Product id -> proof, for as many as settings and time allow: those first whose last proof is
    the oldest. A shop that refuses is left alone for an hour; its listing is read all the same."""
    memory.keep_probes(one.product_id for one in wanted)
    proofs: dict[str, Item] = {}
    if memory.pause_until > time.time():
        return proofs
    askable = [(one, url) for one in wanted if (url := probe_url(root, one.product_id, one.url))]
    askable.sort(key=lambda pair: memory.probes.get(pair[0].product_id, 0))
    for one, url in askable[: settings.PROBES_PER_POLL]:
        if visitor.seconds_left < RESERVE_SECONDS:
            break
        visitor.forget()
        try:
            page = read_page(visitor.get(url))
        except HttpError:
            break
        if page.page in FAILURES and page.page != NOT_FOUND:
            memory.pause_until = int(time.time()) + REFUSED_PAUSE_SECONDS
            break
        memory.probes[one.product_id] = int(time.time())
        for item in page.items:
            is_asked = item.ref is not None and item.ref.key == one.product_id
            if is_asked and item.availability is not Availability.UNKNOWN:
                proofs[one.product_id] = item
    return proofs
