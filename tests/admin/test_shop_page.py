"""The page of a website: its products as cards, its polls with advice, and what reading it costs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from monitoring.admin import shopgrid
from monitoring.models import PollRun
from tests.admin.world import World, page
from tests.factories import make_monitor, make_website
from websites.models import CatalogueProduct, HostBudget, Website

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(world: World) -> Website:
    """Three listed products in two groups, two of them watched, and a watched one nobody lists."""
    shop = make_website(world.team, source="whmcs_storefront", url="https://www.shop.example")
    for number, group in enumerate(("VPS", "VPS", "Dedicated"), start=1):
        CatalogueProduct.objects.create(
            website=shop, product_id=str(number), name=f"Plan {number}", group_name=group
        )
    make_monitor(shop, product_id="1", product_name="Plan 1", quantity=4, available=True,
                 first_read_at=timezone.now())  # fmt: skip
    make_monitor(shop, product_id="3", product_name="Plan 3")
    make_monitor(shop, product_id="77", product_name="Old plan", available=False,
                 first_read_at=timezone.now())  # fmt: skip
    return shop


def shown(client: Client, shop: Website, query: str = "") -> Any:
    return client.get(page(Website, "change", shop.pk) + query).context


def cards(context: Any) -> dict[str, list[str]]:
    return {name: [card.name for card in found] for name, found in context["grid"]}


def test_watched_products_stand_in_the_groups_of_the_shop(shop: Website, viewer: Client) -> None:
    context = shown(viewer, shop)
    assert cards(context) == {
        "In no group": ["Old plan"], "Dedicated": ["Plan 3"], "VPS": ["Plan 1"],
    }  # fmt: skip
    assert [(one.label, one.number) for one in context["grid_shows"]] == [
        ("Watched", 3), ("All listed", 3),
    ]  # fmt: skip
    (card,) = dict(context["grid"])["VPS"]
    assert "4 in stock" in card.badge


def test_everything_listed_tells_what_is_not_watched(shop: Website, viewer: Client) -> None:
    context = shown(viewer, shop, "?show=all")
    assert cards(context) == {"Dedicated": ["Plan 3"], "VPS": ["Plan 1", "Plan 2"]}
    badges = [card.badge for card in dict(context["grid"])["VPS"]]
    assert "4 in stock" in badges[0]
    assert "Not watched" in badges[1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?group=VPS", {"VPS": ["Plan 1"]}),
        ("?show=all&group=VPS", {"VPS": ["Plan 1", "Plan 2"]}),
        ("?group=", {"In no group": ["Old plan"]}),
        ("?show=nonsense&group=none", {}),
    ],
)
def test_a_group_narrows_the_cards(
    shop: Website, viewer: Client, query: str, expected: dict[str, list[str]]
) -> None:
    context = shown(viewer, shop, query)
    assert cards(context) == expected
    assert len(context["grid_groups"]) >= 2


def test_a_shop_nobody_watches_shows_what_it_lists(world: World, viewer: Client) -> None:
    shop = make_website(world.team)
    assert shown(viewer, shop)["grid"] == []
    CatalogueProduct.objects.create(website=shop, product_id="1", name="Plan 1")
    assert cards(shown(viewer, shop)) == {"In no group": ["Plan 1"]}


def test_a_large_shop_shows_the_first_and_leads_to_the_rest(
    shop: Website, viewer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shopgrid, "CARDS", 2)
    context = shown(viewer, shop)
    assert sum(len(found) for found in cards(context).values()) == 2
    assert viewer.get(context["grid_more"]).context["cl"].result_count == 3


def test_polls_tell_their_errors_with_advice_and_their_cost(shop: Website, viewer: Client) -> None:
    PollRun.objects.create(website=shop, state="done", outcome="unchanged", count=30,
                           duration_ms=1500, requests_made=3, bytes_read=2048)  # fmt: skip
    PollRun.objects.create(website=shop, state="failed", outcome="error", duration_ms=90,
                           error_message="It was refused.", advice="Wait a little.")  # fmt: skip
    PollRun.objects.create(website=shop)
    context = shown(viewer, shop)
    waiting, failed, good = context["polls"]
    assert (failed.error, failed.advice) == ("It was refused.", "Wait a little.")
    assert "Queued" in waiting.outcome
    assert "× 30" in good.outcome
    assert good.cost == "3 requests, 2.0\xa0KB, 1\u202f500 ms"
    assert [tick.tone for tick in context["poll_ticks"]] == ["idle", "bad", "idle"]
    facts = dict(context["budget"])
    # A reading of 1.5 s and three pauses of a second, every minute.
    shop.refresh_from_db()
    assert facts["Of its interval it takes"] == f"{450 / shop.poll_interval:.0f} %"


def test_a_host_that_refused_is_told_with_when_it_is_asked_again(
    shop: Website, viewer: Client
) -> None:
    PollRun.objects.create(website=shop, state="done", outcome="changed", duration_ms=5)
    HostBudget.objects.create(host="shop.example", failure_count=2,
                              next_at=timezone.now() + timedelta(minutes=9, seconds=30))  # fmt: skip
    facts = dict(shown(viewer, shop)["budget"])
    assert facts["Of its interval it takes"] == "under 1 %"
    assert "in 9 min" in facts["Left alone after 2 refusals, until"]


def test_the_import_is_offered_to_those_who_may(
    shop: Website, viewer: Client, operator: Client
) -> None:
    assert shown(viewer, shop)["import_url"] == ""
    assert operator.get(shown(operator, shop)["import_url"]).status_code == 200


def test_a_shop_kept_by_hand_has_no_polls(world: World, viewer: Client) -> None:
    shop = make_website(world.team, source="manual", url="")
    assert "admin/desk/website_polls.html" not in shown(viewer, shop)["panels"]
