"""Gives products that were known by their slug the pid they turned out to have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from monitoring.binding import PREFIX, bindings
from monitoring.listing import CatalogueState
from monitoring.models import Monitor
from monitoring.services.locking import website_lock
from monitoring.state import MonitorState
from websites.models import CatalogueProduct
from websites.sources.base import StockReading


def slugs_bind(
    website_id: int,
    monitors: Sequence[MonitorState],
    known: Mapping[str, CatalogueState],
    seen: Mapping[str, StockReading],
) -> tuple[list[MonitorState], dict[str, CatalogueState]]:
    """Both as they are afterwards. Must be called in the recording transaction. No statement while
    every product is known by its pid."""
    pids = bindings([*known, *(one.product_id for one in monitors)], seen)
    if not pids:
        return list(monitors), dict(known)
    website_lock(website_id)
    taken = set(
        Monitor.objects.filter(website_id=website_id, product_id__in=pids.values()).values_list(
            "product_id", "config_option_id"
        )
    )
    for slug, pid in pids.items():
        for one in Monitor.objects.filter(website_id=website_id, product_id=slug):
            if (pid, one.config_option_id) not in taken:
                Monitor.objects.filter(pk=one.pk).update(product_id=pid)
        rows = CatalogueProduct.objects.filter(website_id=website_id, product_id=slug)
        if pid in known:
            rows.delete()
        else:
            rows.update(product_id=pid, slug=slug.removeprefix(PREFIX)[:190])
    return [_bound(one, pids, taken) for one in monitors], _renamed(known, pids)


def _bound(
    state: MonitorState, pids: Mapping[str, str], taken: set[tuple[str, str]]
) -> MonitorState:
    pid = pids.get(state.product_id)
    if pid is None or (pid, state.config_option_id) in taken:
        return state
    return state._replace(product_id=pid)


def _renamed(
    known: Mapping[str, CatalogueState], pids: Mapping[str, str]
) -> dict[str, CatalogueState]:
    kept = {key: one for key, one in known.items() if key not in pids}
    for slug, pid in pids.items():
        if slug in known and pid not in known:
            kept[pid] = known[slug]._replace(product_id=pid, slug=slug.removeprefix(PREFIX)[:190])
    return kept
