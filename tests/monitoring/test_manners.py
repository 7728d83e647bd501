"""A shop that refuses is asked less and less, says so, and keeps its last stock."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from django.utils import timezone

from demo.world import World
from monitoring.models import Monitor
from monitoring.selectors import why_not_running
from monitoring.services import polling
from monitoring.services.importing import products_import
from tests.factories import make_website
from tests.monitoring.polls import events
from websites.models import HostBudget, Website

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


@pytest.fixture
def shop(settings):
    settings.HOST_MIN_GAP_SECONDS = 0
    with World() as world:
        shop = world.shop("front")
        shop.add_products(3, stock=5)
        yield shop


def test_a_shop_that_refuses_everything_is_asked_less_and_less(shop, time_machine):
    website = make_website(source="whmcs_storefront", url=shop.url, credentials={})
    products_import(website=website)
    polling.cycle_now()
    shop.fault("forbidden_html", times=None)
    asked = []
    clock = timezone.now()
    end = clock + timedelta(hours=12)
    while clock < end:
        website.refresh_from_db()
        clock = max(website.next_poll_at, clock) + timedelta(seconds=1)
        time_machine.move_to(clock, tick=False)
        before = shop.request_count
        polling.cycle_now()
        if shop.request_count > before:
            asked.append(clock)
    gaps = [(b - a).total_seconds() for a, b in pairwise(asked)]
    assert len(asked) < 40
    assert gaps[-1] > 3000
    assert gaps[:3] == sorted(gaps[:3])
    website.refresh_from_db()
    assert (website.health, website.last_error_code) == ("blocked", "blocked")
    assert "address of this server" in website.last_advice
    assert why_not_running(website)
    assert set(Monitor.objects.values_list("quantity", "available")) == {(5, True)}
    assert website.last_success_at
    assert website.last_success_at < end - timedelta(hours=11)
    assert events() == ["website_unreachable"]
    assert HostBudget.objects.get().failure_count > 3


def test_a_good_answer_brings_it_back_at_its_interval(shop):
    website = make_website(
        source="whmcs_storefront", url=shop.url, credentials={}, poll_interval=60
    )
    undo = shop.fault("forbidden_html", times=None)
    for _ in range(3):
        HostBudget.objects.update(next_at=timezone.now())
        polling.cycle_now(website_ids=[website.pk])
    undo()
    HostBudget.objects.update(next_at=timezone.now())
    Website.objects.update(next_poll_at=timezone.now())
    polling.cycle_now()
    website.refresh_from_db()
    assert website.health == "ok"
    assert website.next_poll_at <= timezone.now() + timedelta(seconds=61)
    assert HostBudget.objects.get().failure_count == 0
