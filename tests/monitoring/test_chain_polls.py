"""An `auto` website over real sockets: public pages stand in for an API that fails, and tell what
its 0 means."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from demo.world import World
from monitoring.models import Monitor, MonitorHistory, PollRun
from monitoring.services import polling
from tests.factories import make_monitor, make_website
from websites.models import HostBudget, Website

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


@pytest.fixture
def shop(settings):
    settings.HOST_MIN_GAP_SECONDS = 0
    with World() as world:
        shop = world.shop("alpha")
        shop.configure(dialect="8.12")
        for pid, stock in ((1, 5), (2, 0), (3, None)):
            shop.add_product(pid, f"Plan {pid}", stock=stock)
        yield shop


@pytest.fixture
def website(shop):
    website = make_website(
        source="auto",
        resolved_source="whmcs_api",
        url=shop.url,
        credentials=dict(shop.credentials),
    )
    for product_id in ("1", "2", "3"):
        make_monitor(website, product_id=product_id)
    return website


def poll(website):
    HostBudget.objects.update(next_at=timezone.now())
    polling.cycle_now(website_ids=[website.pk])
    website.refresh_from_db()
    return PollRun.objects.latest("id").source


def stock():
    return {
        pid: (quantity, available)
        for pid, quantity, available in Monitor.objects.values_list(
            "product_id", "quantity", "available"
        )
    }


def events():
    return list(MonitorHistory.objects.order_by("id").values_list("event_type", flat=True))


def test_pages_tell_what_the_0_of_the_api_means(website, shop):
    assert poll(website) == "whmcs_api"
    assert stock() == {"1": (5, True), "2": (None, None), "3": (None, None)}
    assert website.next_poll_at <= timezone.now() + timedelta(seconds=3)
    assert poll(website) == "whmcs_api"
    assert stock() == {"1": (5, True), "2": (0, False), "3": (None, True)}
    assert events() == []
    calls = len(shop.calls())
    poll(website)
    assert len(shop.calls()) == calls + 1
    shop.set_stocks({2: 4})
    poll(website)
    assert events() == ["restocked"]
    assert "unlimited" in Monitor.objects.get(product_id="3").evidence["token"]


def test_where_pages_are_not_allowed_the_0_stays_unknown(website):
    Website.objects.update(config={"allow_pages": False})
    for _ in range(3):
        poll(website)
    assert stock()["2"] == (None, None)


def test_pages_stand_in_for_an_api_that_fails_and_step_back(website, shop, time_machine):
    poll(website)
    poll(website)
    undo = shop.fault("php_error", times=None, action="getproducts")
    poll(website)
    assert (website.health, events()) == ("degraded", [])
    shop.set_stocks({1: 0})
    assert poll(website) == "whmcs_storefront"
    assert (website.health, website.last_error_code) == ("ok", "stands_in")
    assert events() == ["sold_out"]
    asked = len(shop.calls("getproducts"))
    poll(website)
    assert len(shop.calls("getproducts")) == asked
    undo()
    shop.set_stocks({1: 7})
    time_machine.move_to(timezone.now() + timedelta(minutes=10), tick=False)
    assert poll(website) == "whmcs_api"
    assert (website.health, website.last_error_code) == ("ok", "")
    assert events() == ["sold_out", "restocked"]
    assert stock() == {"1": (7, True), "2": (0, False), "3": (None, True)}


def test_a_shop_of_which_nothing_can_be_read_names_the_trouble_of_the_best_source(website, shop):
    poll(website)
    shop.fault("php_error", times=None)
    for _ in range(3):
        poll(website)
    assert website.health == "degraded"
    assert stock()["1"] == (5, True)
    assert events() == []
