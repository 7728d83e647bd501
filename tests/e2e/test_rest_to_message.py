"""A change that only the REST API of a shop tells, through the normal engine to a signed message."""

from __future__ import annotations

import json
from typing import Any

import pytest

from demo.whmcs import Shop
from demo.world import World
from monitoring.models import Monitor, MonitorHistory, PollRun
from monitoring.services import polling
from monitoring.services.importing import products_import
from tests.factories import make_website
from tests.notifications.factories import make_channel, subscribe
from websites.choices import Health
from websites.models import CatalogueProduct, HostBudget, Website

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.integration]

MODES = ("pretty", "index", "query")


@pytest.fixture(params=MODES)
def shop(world: World, request: pytest.FixtureRequest, settings: Any) -> Shop:
    """WHMCS 9 in each routing mode. Its other API lets nobody in."""
    settings.HOST_MIN_GAP_SECONDS = 0
    shop = world.shop("nine")
    shop.configure(dialect="9.0", rest=request.param, allowed_ips=[])
    shop.add_product(1, "VPS S", stock=5)
    shop.add_product(2, "VPS M", stock=0)
    shop.add_product(3, "VPS L", stock=None)
    return shop


@pytest.fixture
def website(world: World, shop: Shop) -> Website:
    website = make_website(source="whmcs_rest", url=shop.url, credentials={})
    products_import(website=website)
    subscribe(make_channel(website.team, url=world.webhook_url("ops")))
    return website


def poll(website: Website) -> None:
    HostBudget.objects.all().delete()  # no pause of the host stands between two polls
    polling.cycle_now(website_ids=[website.pk])
    website.refresh_from_db()


def stock() -> list[tuple[bool | None, int | None]]:
    rows = Monitor.objects.order_by("product_id")
    return list(rows.values_list("available", "quantity"))


def told(world: World) -> list[str]:
    return [message.json()["type"] for message in world.messages("webhook", to="ops")]


def test_a_change_becomes_an_event_and_a_message(
    world: World, shop: Shop, website: Website
) -> None:
    poll(website)
    assert website.health == Health.OK
    assert stock() == [(True, 5), (False, 0), (True, None)]
    assert told(world) == []

    for number in (0, 7):
        shop.set_stock(1, number)
        poll(website)
    assert told(world) == ["stock.sold_out", "stock.restocked"]
    events = MonitorHistory.objects.order_by("id")
    assert [event.event_type for event in events] == ["sold_out", "restocked"]
    assert {event.metadata["evidence"]["source"] for event in events} == {"whmcs_rest"}
    assert set(PollRun.objects.values_list("source", flat=True)) == {"whmcs_rest"}


def test_a_poll_needs_no_probing_and_an_unchanged_one_reads_no_list(
    shop: Shop, website: Website
) -> None:
    poll(website)
    before = shop.request_count
    for _ in range(3):
        poll(website)
    assert shop.request_count == before + 3
    assert {call.action for call in shop.calls()} == {"rest"}


def test_trouble_changes_no_stock_and_tells_nothing_of_products(
    world: World, shop: Shop, website: Website
) -> None:
    poll(website)
    known = stock()
    for fault in ("php_error", "truncated", "login_wall", "rate_limited", "empty"):
        shop.fault(fault, times=None)
        poll(website)
        assert website.last_advice, fault
        assert stock() == known
        shop.clear_faults()
    shop.fault("text", times=None, body=json.dumps({"data": []}))
    poll(website)
    assert (website.last_error_code, stock()) == ("empty_catalogue", known)
    assert not CatalogueProduct.objects.filter(missing_since__isnull=False).exists()
    assert not [one for one in told(world) if one.startswith("stock.")]


def test_stock_control_switched_off_is_unlimited_and_never_zero(
    world: World, shop: Shop, website: Website
) -> None:
    poll(website)
    shop.set_stock(1, None)
    poll(website)
    assert stock()[0] == (True, None)
    assert "stock.sold_out" not in told(world)
