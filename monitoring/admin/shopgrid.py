"""The products of a shop as cards: what is watched with its state and its week, and what is not."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.admin.display import list_url, muted, page_url
from monitoring.admin.badges import price_text, stock_badge
from monitoring.admin.sparkline import sparkline
from monitoring.models import Monitor
from monitoring.sampling import stock_samples
from monitoring.shopselectors import Groups, groups_of, listed, monitors_by_product, watched
from websites.models import CatalogueProduct, Website

CARDS = 60
GROUPS = 40


class Card(NamedTuple):
    name: str
    group: str
    url: str
    badge: SafeString
    line: SafeString | str
    price: SafeString | str


class Choice(NamedTuple):
    """Something to narrow the grid by."""

    label: str
    number: int
    url: str
    is_chosen: bool


def shop_grid(request: HttpRequest, website: Website) -> dict[str, Any]:
    """Watched products, or with `?show=all` everything the shop lists; `?group=` narrows it. Seven
    statements however many products."""
    watching, listing = watched(website), listed(website)
    groups = {"watched": groups_of(watching, "group"), "all": groups_of(listing, "group_name")}
    sums = {show: sum(number for _, number in found) for show, found in groups.items()}
    wished = "watched" if sums["watched"] else "all"
    show = asked if (asked := request.GET.get("show")) in groups else wished
    group = request.GET.get("group")
    if show == "watched":
        rows = watching if group is None else watching.filter(group=group)
        cards = _watched_cards(list(rows[: CARDS + 1]))
    else:
        some = listing if group is None else listing.filter(group_name=group)
        cards = _listed_cards(website, list(some[: CARDS + 1]))
    model = Monitor if show == "watched" else CatalogueProduct
    return {
        "grid": [
            (name or gettext("In no group"), list(found))
            for name, found in groupby(cards[:CARDS], key=lambda card: card.group)
        ],
        "grid_shows": _shows(sums, show),
        "grid_groups": _groups(groups[show], show, group),
        "grid_more": list_url(model, f"website__id__exact={website.pk}")
        if len(cards) > CARDS
        else "",
        "grid_limit": CARDS,
    }


def _shows(sums: dict[str, int], show: str) -> list[Choice]:
    labels = {"watched": gettext("Watched"), "all": gettext("All listed")}
    return [
        Choice(labels[one], number, f"?{urlencode({'show': one})}#products", one == show)
        for one, number in sums.items()
    ]


def _groups(groups: Groups, show: str, chosen: str | None) -> list[Choice]:
    """None when there is nothing to choose from."""
    if len(groups) < 2:
        return []
    return [
        Choice(
            name or gettext("In no group"),
            number,
            f"?{urlencode({'show': show, 'group': name})}#products",
            name == chosen,
        )
        for name, number in groups[:GROUPS]
    ]


def _watched_cards(rows: list[Any]) -> list[Card]:
    return [_card(str(row), row.group, row, line) for row, line in _with_lines(rows)]


def _listed_cards(website: Website, rows: list[CatalogueProduct]) -> list[Card]:
    found = monitors_by_product(website, [row.product_id for row in rows])
    lines = dict(_with_lines(found.values()))
    return [
        _card(str(row), row.group_name, monitor, lines[monitor])
        if (monitor := found.get(row.product_id))
        else Card(
            str(row), row.group_name, page_url(row), muted(gettext("Not watched")), "",
            price_text(row.price, row.currency),
        )
        for row in rows
    ]  # fmt: skip


def _with_lines(monitors: Iterable[Any]) -> list[tuple[Any, SafeString]]:
    rows = list(monitors)
    lines = stock_samples([row.pk for row in rows], now=timezone.now()) if rows else {}
    return [(row, sparkline(lines.get(row.pk, []))) for row in rows]


def _card(name: str, group: str, monitor: Monitor, line: SafeString) -> Card:
    price = price_text(monitor.price, monitor.currency)
    return Card(name, group, page_url(monitor), stock_badge(monitor), line, price)
