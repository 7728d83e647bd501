"""Pure: products known by their slug only, whose pid a reading tells (contract section 6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from websites.sources.base import StockReading
from websites.sources.whmcs_storefront.addresses import product_ref

PREFIX = "slug:"


def bindings(known_ids: Iterable[str], seen: Mapping[str, StockReading]) -> dict[str, str]:
    """`slug:group/product` -> pid, for those whose address a reading with a pid names. A slug that
    is still listed by itself, or that two pids claim, is left alone."""
    unbound = {one for one in known_ids if one.startswith(PREFIX)} - seen.keys()
    if not unbound:
        return {}
    pids: dict[str, set[str]] = {}
    for product_id, reading in seen.items():
        ref = product_ref(reading.url) if product_id.isdecimal() else None
        if ref is not None and ref.slug:
            pids.setdefault(f"{PREFIX}{ref.slug}", set()).add(product_id)
    return {slug: pids[slug].copy().pop() for slug in unbound if len(pids.get(slug, ())) == 1}
