"""What stands on a board, in which order, and what does not."""

from __future__ import annotations

import html
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Team
from monitoring.models import MonitorHistory
from tests.factories import make_team
from tests.monitoring.board.conftest import make_shop, make_stocked
from websites.models import Website

pytestmark = pytest.mark.django_db


def products(client: Client, team: Team, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/board/{team.slug}/products.json{query}")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["products"]
    return found


def names(client: Client, team: Team, query: str = "") -> list[str]:
    return [one["name"] for one in products(client, team, query)]


def test_a_product_in_stock_is_shown_with_all_that_is_public(
    client: Client, team: Team, shop: Website
) -> None:
    monitor = make_stocked(shop)
    (shown,) = products(client, team)
    assert shown == {
        "id": str(monitor.public_id),
        "name": "VPS S",
        "shop": "Nimbus",
        "region": "Frankfurt",
        "price": "4.50",
        "currency": "USD",
        "in_stock_since": f"{monitor.in_stock_since:%Y-%m-%dT%H:%M:%SZ}",
        "last_seen_at": f"{shop.last_success_at:%Y-%m-%dT%H:%M:%SZ}",
        "buy_link": "https://shop.example/cart.php?pid=1",
        "badge": f"http://127.0.0.1:8000/badge/{monitor.public_id}.svg",
    }
    text = client.get(f"/board/{team.slug}/").content.decode()
    assert "VPS S" in text
    assert "4.50 USD" in text
    assert 'href="https://shop.example/cart.php?pid=1"' in text
    assert 'rel="nofollow noopener"' in text
    assert f'<time datetime="{shown["in_stock_since"]}">' in text


def test_numbers_are_shown_only_where_the_team_allows_it(
    client: Client, team: Team, shop: Website
) -> None:
    make_stocked(shop, quantity=4321)
    assert "4321" not in client.get(f"/board/{team.slug}/").content.decode()
    assert "quantity" not in products(client, team)[0]
    team.is_quantity_on_board = True
    team.save()
    assert products(client, team)[0]["quantity"] == 4321
    assert "4321" in client.get(f"/board/{team.slug}/").content.decode()


LEFT_OUT: list[dict[str, Any]] = [
    {"available": False},
    {"available": None},
    {"status": "paused"},
    {"status": "error"},
    {"is_on_board": False},
]


@pytest.mark.parametrize("fields", LEFT_OUT, ids=str)
def test_what_is_sold_out_unknown_paused_or_kept_off_is_left_out(
    client: Client, team: Team, shop: Website, fields: dict[str, Any]
) -> None:
    make_stocked(shop, **fields)
    assert names(client, team) == []


TWO_HOURS = timedelta(hours=2)


@pytest.mark.parametrize(
    ("age", "fields", "is_shown"),
    [
        (TWO_HOURS, {}, False),
        (None, {}, False),
        (TWO_HOURS, {"poll_interval": 3600}, True),
        (TWO_HOURS, {"poll_interval": 300}, False),
        (TWO_HOURS, {"source": "manual"}, True),
        (timedelta(), {"health": "degraded"}, True),
        (timedelta(), {"is_active": False}, False),
        (timedelta(), {"is_on_board": False}, False),
    ],
    ids=str,
)
def test_a_shop_counts_as_long_as_its_last_good_read_is_young_enough(
    client: Client, team: Team, age: timedelta | None, fields: dict[str, Any], is_shown: bool
) -> None:
    read_at = None if age is None else timezone.now() - age
    make_stocked(make_shop(team, last_success_at=read_at, **fields))
    assert (names(client, team) == ["VPS S"]) is is_shown


@pytest.fixture
def shelf(team: Team, shop: Website) -> None:
    now = timezone.now()
    other = make_shop(team, name="Alpine", region="Zürich")
    make_stocked(shop, "Nano", price=Decimal("2.00"), in_stock_since=now - timedelta(hours=3))
    make_stocked(shop, "Mega", price=Decimal("20.00"), in_stock_since=now - timedelta(hours=1))
    make_stocked(
        other,
        "Alp nano",
        price=Decimal("3.00"),
        currency="CHF",
        in_stock_since=now - timedelta(hours=2),
    )


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Mega", "Alp nano", "Nano"]),
        ("?sort=since", ["Nano", "Alp nano", "Mega"]),
        ("?sort=name", ["Alp nano", "Mega", "Nano"]),
        ("?sort=price", ["Alp nano", "Nano", "Mega"]),
        ("?sort=-price", ["Alp nano", "Mega", "Nano"]),
        ("?sort=shop", ["Alp nano", "Mega", "Nano"]),
        ("?sort=secret", ["Mega", "Alp nano", "Nano"]),
        ("?q=nano", ["Alp nano", "Nano"]),
        ("?q=nano+nimbus", ["Nano"]),
        ("?q=z%C3%BCrich", ["Alp nano"]),
        ("?q=%25", []),
        ("?q=x%00y", []),
        ("?shop=Nimbus", ["Mega", "Nano"]),
        ("?shop=Nobody", []),
        ("?region=Z%C3%BCrich", ["Alp nano"]),
        ("?currency=CHF", ["Alp nano"]),
        ("?currency=XXX", []),
        ("?price_from=3", ["Mega", "Alp nano"]),
        ("?price_to=2,50", ["Nano"]),
        ("?price_from=1e9&price_to=-3&page=x", ["Mega", "Alp nano", "Nano"]),
        ("?page_size=2&page=2", ["Nano"]),
        ("?page_size=2&page=999999", ["Nano"]),
    ],
)
def test_filters_order_and_pages(
    client: Client, team: Team, shelf: None, query: str, found: list[str]
) -> None:
    assert names(client, team, query) == found


def test_pages_are_linked_with_their_filters(client: Client, team: Team, shelf: None) -> None:
    address = f"/board/{team.slug}/products.json"
    first = client.get(f"{address}?page_size=1&q=nano").json()
    assert (first["count"], first["pages"], first["filters"]) == (2, 2, {"q": "nano"})
    assert first["previous"] is None
    second = client.get(first["next"]).json()
    assert [one["name"] for one in second["products"]] == ["Nano"]
    assert second["next"] is None
    text = client.get(f"/board/{team.slug}/?page_size=1&q=nano").content.decode()
    assert 'rel="next"' in text
    assert "page=2&amp;page_size=1" in text or "page_size=1" in text
    assert 'content="noindex"' in text


def test_a_board_without_products_says_so(client: Client, team: Team, shop: Website) -> None:
    assert "Nothing is in stock" in client.get(f"/board/{team.slug}/").content.decode()
    text = client.get(f"/board/{team.slug}/?q=x").content.decode()
    assert "No product matches" in text
    assert f'href="/board/{team.slug}/?"' not in text


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "ftp://shop.example/",
        "https://me:pw@shop.example/",
        "",
        "//x.example",
    ],
)
def test_only_web_addresses_become_links(
    client: Client, team: Team, shop: Website, link: str
) -> None:
    make_stocked(shop, purchase_link=link)
    assert products(client, team)[0]["buy_link"] == ""
    assert 'class="buy"' not in client.get(f"/board/{team.slug}/").content.decode()


def test_the_links_of_a_shop_follow_its_template(client: Client, team: Team) -> None:
    shop = make_shop(
        team,
        url="https://shop.example",
        link_template="https://shop.example/aff.php?aff=7&pid={product_id}",
    )
    make_stocked(shop, product_id="12")
    assert products(client, team)[0]["buy_link"] == "https://shop.example/aff.php?aff=7&pid=12"


def test_a_name_is_text_and_never_markup(client: Client, team: Team, shop: Website) -> None:
    Website.objects.update(name="<img src=x>")
    make_stocked(shop, "<script>alert(1)</script>\x0b&")
    MonitorHistory.objects.create(website=shop, monitor=shop.monitors.get(), event_type="restocked")
    for end in ("", "feed.atom"):
        text = client.get(f"/board/{team.slug}/{end}").content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text
        assert "<img" not in html.unescape(text) if end else "<img" not in text
    badge = client.get(f"/badge/{shop.monitors.get().public_id}.svg").content.decode()
    assert "<script>" not in badge


def test_boards_of_two_teams_are_apart(client: Client, team: Team, shop: Website) -> None:
    other = make_team("Other", is_board_on=True)
    make_stocked(shop)
    make_stocked(make_shop(other), "Theirs")
    assert names(client, team) == ["VPS S"]
    assert names(client, other) == ["Theirs"]
