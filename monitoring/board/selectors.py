"""What a board may know. Columns are named one by one: what is not named cannot be shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q, QuerySet

from accounts.models import Team
from common.http_address import parse_url_strictly
from common.http_errors import InvalidUrlError
from monitoring.board.asking import Asked
from monitoring.choices import EventType, MonitorStatus, Suppressed
from monitoring.models import Monitor, MonitorHistory
from websites.links import buy_link
from websites.models import Website
from websites.sources.registry import polled_kinds

FRESH_AT_LEAST = timedelta(minutes=15)
FRESH_INTERVALS = 3
"""What a shop said last counts for so many of its intervals, but never less than the time above."""
MOST_SHOPS = 2000
RESTOCKS = 50
RESTOCK_DAYS = 30

_ORDERS: dict[str, tuple[Any, ...]] = {
    "-since": (F("in_stock_since").desc(nulls_last=True), "-id"),
    "since": (F("in_stock_since").asc(nulls_last=True), "id"),
    "name": ("product_name", "id"),
    "price": ("currency", F("price").asc(nulls_last=True), "id"),
    "-price": ("currency", F("price").desc(nulls_last=True), "id"),
    "shop": ("website__name", "product_name", "id"),
}
_COLUMNS = ("website_id", "product_id", "product_name", "config_option_name", "purchase_link",
            "price", "currency", "quantity")  # fmt: skip


class Shop(NamedTuple):
    """A website as the public may know it; the template and the address only make buy links."""

    id: int
    name: str
    region: str
    url: str
    link_template: str
    last_seen_at: datetime | None
    is_fresh: bool


class Product(NamedTuple):
    """A product that is in stock. `quantity` is None where it is unknown, unlimited or private."""

    id: str
    name: str
    shop: str
    region: str
    price: Decimal | None
    currency: str
    quantity: int | None
    in_stock_since: datetime | None
    last_seen_at: datetime | None
    link: str


class Restock(NamedTuple):
    """An event of the feed."""

    id: str
    at: datetime
    product: Product


class Badge(NamedTuple):
    """`state`: in, out or unknown."""

    name: str
    state: str


def board_team(slug: str) -> Team | None:
    """None for a team without a board as for one that does not exist."""
    named = Team.objects.filter(slug=slug, is_board_on=True)
    return named.only("id", "name", "slug", "is_quantity_on_board").first()


def shops_of(team: Team, now: datetime) -> list[Shop]:
    """Its active websites that are not kept off the board, by name."""
    rows = Website.objects.of_team(team.pk).filter(is_active=True, is_on_board=True)
    columns = ("id", "name", "region", "url", "link_template", "last_success_at")
    found = rows.order_by("name", "id").values(*columns, "source", "poll_interval")
    return [
        Shop(
            row["id"],
            row["name"],
            row["region"],
            row["url"],
            row["link_template"],
            row["last_success_at"],
            is_fresh(row["source"], row["poll_interval"], row["last_success_at"], now),
        )
        for row in found[:MOST_SHOPS]
    ]


def is_fresh(source: str, interval: int, read_at: datetime | None, now: datetime) -> bool:
    """Whether the last good read still says how things are. Stock kept by hand does not age."""
    if read_at is None:
        return False
    if source not in polled_kinds():
        return True
    return now - read_at <= max(FRESH_AT_LEAST, timedelta(seconds=interval * FRESH_INTERVALS))


def currencies_of(shops: Sequence[Shop]) -> list[str]:
    found = in_stock(shops, Asked()).exclude(currency="").order_by("currency")
    return list(found.values_list("currency", flat=True).distinct())


def in_stock(shops: Sequence[Shop], asked: Asked) -> QuerySet[Monitor]:
    """Believed, known and not out of date."""
    fresh = [shop for shop in shops if shop.is_fresh]
    rows = Monitor.objects.filter(status=MonitorStatus.ACTIVE, is_on_board=True, available=True)
    return rows.filter(_matching(fresh, asked))


def products_of(
    team: Team, shops: Sequence[Shop], asked: Asked
) -> tuple[Asked, int, list[Product]]:
    """(what was asked with a page that exists, how many match, the products of that page)"""
    if asked.is_impossible:
        return asked, 0, []
    rows = in_stock(shops, asked)
    count = rows.count()
    asked = asked._replace(page=min(asked.page, max(-(-count // asked.page_size), 1)))
    first = (asked.page - 1) * asked.page_size
    by_id = {shop.id: shop for shop in shops}
    page = rows.order_by(*_ORDERS[asked.sort])[first : first + asked.page_size]
    found = page.values("public_id", "in_stock_since", *_COLUMNS)
    return asked, count, [_product(team, row, by_id[row["website_id"]]) for row in found]


def restocks_of(team: Team, shops: Sequence[Shop], asked: Asked, now: datetime) -> list[Restock]:
    """The newest restocks of what may be on the board, in stock or not by now."""
    if asked.is_impossible:
        return []
    rows = MonitorHistory.objects.filter(
        _matching(shops, asked, "monitor__"),
        website_id__in=[shop.id for shop in shops],
        event_type=EventType.RESTOCKED,
        suppressed=Suppressed.NO,
        created_at__gte=now - timedelta(days=RESTOCK_DAYS),
        monitor__status=MonitorStatus.ACTIVE,
        monitor__is_on_board=True,
    )
    by_id = {shop.id: shop for shop in shops}
    own = [name for name in _COLUMNS if name not in ("website_id", "quantity")]
    newest = rows.order_by("-created_at", "-id").values_list(
        "public_id", "website_id", "created_at", "to_quantity", "monitor__public_id",
        *(f"monitor__{name}" for name in own),
    )  # fmt: skip
    found = []
    for event_id, shop_id, at, quantity, monitor_id, *values in newest[:RESTOCKS]:
        row = dict(zip(own, values, strict=True))
        row |= {"public_id": monitor_id, "in_stock_since": at, "quantity": quantity}
        found.append(Restock(str(event_id), at, _product(team, row, by_id[shop_id])))
    return found


def badge_of(public_id: UUID, now: datetime) -> Badge | None:
    """None for whatever is on no board as for what does not exist."""
    rows = Monitor.objects.get_all_active().filter(
        public_id=public_id,
        is_on_board=True,
        website__is_on_board=True,
        website__team__is_board_on=True,
    )
    row = rows.values(
        "product_id", "product_name", "config_option_name", "available", "status",
        "website__source", "website__poll_interval", "website__last_success_at",
    ).first()  # fmt: skip
    if row is None:
        return None
    read_at = row["website__last_success_at"]
    is_known = row["status"] == MonitorStatus.ACTIVE and is_fresh(
        row["website__source"], row["website__poll_interval"], read_at, now
    )
    states: dict[bool | None, str] = {True: "in", False: "out"}
    return Badge(_name(row), states.get(row["available"], "unknown") if is_known else "unknown")


def _matching(shops: Collection[Shop], asked: Asked, path: str = "") -> Q:
    """Shop and region are a choice of websites: no join is needed for them."""
    chosen = [
        shop.id
        for shop in shops
        if asked.shop in ("", shop.name) and asked.region in ("", shop.region)
    ]
    found = Q(**{f"{path}website_id__in": chosen})
    for word in asked.words:
        named = [shop.id for shop in shops if word.lower() in f"{shop.name} {shop.region}".lower()]
        found &= (
            Q(**{f"{path}product_name__icontains": word})
            | Q(**{f"{path}config_option_name__icontains": word})
            | Q(**{f"{path}website_id__in": named})
        )
    if asked.currency:
        found &= Q(**{f"{path}currency": asked.currency})
    if asked.price_from is not None:
        found &= Q(**{f"{path}price__gte": asked.price_from})
    if asked.price_to is not None:
        found &= Q(**{f"{path}price__lte": asked.price_to})
    return found


def _product(team: Team, row: dict[str, Any], shop: Shop) -> Product:
    link = buy_link(
        template=shop.link_template,
        own=row["purchase_link"],
        product_id=row["product_id"],
        shop_url=shop.url,
    )
    return Product(
        id=str(row["public_id"]),
        name=_name(row),
        shop=shop.name,
        region=shop.region,
        price=row["price"],
        currency=row["currency"],
        quantity=row["quantity"] if team.is_quantity_on_board else None,
        in_stock_since=row["in_stock_since"],
        last_seen_at=shop.last_seen_at,
        link=_public_link(link),
    )


def _name(row: Mapping[str, Any]) -> str:
    name = row["product_name"] or f"Product {row['product_id']}"
    option = row["config_option_name"]
    return f"{name} / {option}" if option else name


def _public_link(link: str) -> str:
    """Web addresses without a user name or password in them; "" for anything else."""
    try:
        parse_url_strictly(link)
    except InvalidUrlError:
        return ""
    return link
