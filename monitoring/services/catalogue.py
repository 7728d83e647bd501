"""Writes what a shop lists: CatalogueProduct rows, only when something about them changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from common.prepared import Prepared
from monitoring.listing import CatalogueChange, CatalogueState
from monitoring.services.setbased import insert_rows, update_rows
from websites.models import CatalogueProduct
from websites.sources.base import StockReading

FACTS = ("slug", "group_id", "group_name", "name", "url", "price", "currency")


def catalogue_load(website_id: int) -> dict[str, CatalogueState]:
    """The known catalogue by product id, in one statement."""
    states = map(CatalogueState._make, _KNOWN.rows(website_id))
    return {state.product_id: state for state in states}


def _known(website_id: int) -> QuerySet[CatalogueProduct, tuple[Any, ...]]:
    columns = [name for name in CatalogueState._fields if name != "is_missing"]
    is_missing = ExpressionWrapper(Q(missing_since__isnull=False), output_field=BooleanField())
    rows = CatalogueProduct.objects.filter(website_id=website_id).order_by()
    return rows.values_list(*columns, is_missing)


_KNOWN = Prepared(_known)


def catalogue_write(website_id: int, change: CatalogueChange, now: datetime) -> None:
    """At most three statements, none when nothing changed."""
    insert_rows(
        CatalogueProduct,
        ("website", "product_id", *FACTS, "first_seen_at", "absent_count"),
        [(website_id, reading.product_id, *_facts(reading), now, 0) for reading in change.new],
        returning=["id"],
        is_first_wins=True,  # an import may remember the same products at this moment
    )
    update_rows(
        CatalogueProduct,
        match=["id"],
        change=[*FACTS, "absent_count", "missing_since", "last_seen_at"],
        rows=[(state.id, *_facts(reading), 0, None, None) for state, reading in change.rewritten],
    )
    update_rows(
        CatalogueProduct,
        match=["id"],
        change=["absent_count", "missing_since", "last_seen_at"],
        rows=[*_absent(change.absent, None, None), *_absent(change.gone, now, now)],
    )


def _facts(reading: StockReading) -> tuple[object, ...]:
    return (
        reading.slug[:190],
        reading.group_id[:190],
        reading.group_name[:250],
        reading.name[:250],
        reading.url[:500],
        reading.price,
        reading.currency[:8],
    )


def _absent(
    states: Iterable[CatalogueState], missing_since: datetime | None, last_seen_at: datetime | None
) -> Sequence[tuple[object, ...]]:
    return [(state.id, state.absent_count + 1, missing_since, last_seen_at) for state in states]
