"""What the page of a website shows of its products and its polls."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from monitoring.models import Monitor, PollRun
from websites.models import CatalogueProduct, Website

Groups = list[tuple[str, int]]
"""(name of a group, products in it); "" is for those in none."""


def watched(website: Website) -> QuerySet[Any]:
    """Its monitors with the `group` the shop lists the product in, "" where it lists none."""
    listed = CatalogueProduct.objects.filter(
        website_id=website.pk, product_id=OuterRef("product_id")
    )
    group = Coalesce(Subquery(listed.values("group_name")[:1]), Value(""))
    rows: QuerySet[Any] = Monitor.objects.filter(website_id=website.pk).annotate(group=group)
    return rows.order_by("group", "product_name", "pk")


def listed(website: Website) -> QuerySet[CatalogueProduct]:
    """What the shop lists, watched or not."""
    return website.catalogue.listed().order_by("group_name", "name", "pk")


def groups_of(rows: QuerySet[Any], column: str) -> Groups:
    counted = rows.order_by().values_list(column).annotate(number=Count("pk"))
    return sorted(counted.values_list(column, "number"))


def monitors_by_product(website: Website, product_ids: Collection[str]) -> dict[str, Monitor]:
    """Product id -> its monitor; that of the product itself before those of its options."""
    rows = website.monitors.filter(product_id__in=product_ids).order_by("-config_option_id", "-pk")
    return {one.product_id: one for one in rows}


def polls_newest(website: Website, limit: int) -> list[PollRun]:
    return list(website.poll_runs.order_by("-pk")[:limit])
