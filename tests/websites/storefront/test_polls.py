"""Public pages through the whole poll: what changes is found, what proves nothing changes nothing."""

from __future__ import annotations

import random

import pytest

from monitoring.models import Monitor, MonitorHistory
from monitoring.services.polling import cycle_now
from tests.factories import make_monitor, make_website
from websites.models import HostBudget

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.integration, pytest.mark.slow]

NOISE = ["login_wall", "cloudflare", "truncated", "rate_limit_page", "maintenance_page", "empty",
         "waf_wait", "page_not_found", "php_error", "store_not_found"]  # fmt: skip


@pytest.fixture(autouse=True)
def _one_reader_at_a_time(settings):
    settings.GUARD_CONFIRM_SECONDS = 0
    settings.FLAP_FLIPS = 0  # so many flips within seconds would be told as flapping


@pytest.fixture
def watched(front):
    website = make_website(source="whmcs_storefront", url=front.url, credentials={}, config={})
    return website, make_monitor(website, product_id="11")


def poll(website):
    """Polls at once, whatever the budget of its host says."""

    HostBudget.objects.all().delete()
    return cycle_now(website_ids=[website.pk])


def product_events():
    return list(
        MonitorHistory.objects.filter(monitor__isnull=False)
        .order_by("id")
        .values_list("event_type", "to_quantity")
    )


def test_falling_selling_out_and_coming_back_is_told(front, watched):
    website, monitor = watched
    for stock in (5, 3, 0, 0, -1, 8):
        front.set_stock(11, stock)
        assert poll(website).errors == []
    assert product_events() == [("stock_decreased", 3), ("sold_out", 0), ("restocked", 8)]
    assert Monitor.objects.get(pk=monitor.pk).quantity == 8


def test_a_hundred_polls_with_noise_tell_every_change_and_nothing_else(front, watched):
    website, _ = watched
    dice = random.Random(4)
    wanted, shown = [], 5
    assert poll(website).errors == []
    for number in range(100):
        if number % 3 == 2:
            front.fault(dice.choice(NOISE), action="store", times=None)
            assert poll(website).errors
            front.clear_faults()
            continue
        stock = dice.choice([0, 1, 5, 250, -2, shown])
        front.set_stock(11, stock)
        front.configure(language=dice.choice(["english", "german", "arabic", "chinese"]))
        assert poll(website).errors == []
        if stock != shown and (stock > 0 or shown > 0):
            kind = "sold_out" if stock <= 0 else "restocked" if shown <= 0 else ""
            kind = kind or ("stock_increased" if stock > shown else "stock_decreased")
            wanted.append((kind, stock))
        shown = stock
    assert product_events() == wanted
