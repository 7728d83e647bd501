"""Another source reads the shop while the best one cannot, and two that disagree."""

from __future__ import annotations

import pytest
from django.utils import timezone, translation

from common.texts import shown as told
from monitoring.models import Monitor, MonitorHistory, PollRun
from monitoring.selectors import why_not_running
from monitoring.services.leases import take
from tests.factories import make_monitor, make_website, reading, snapshot
from tests.monitoring.polls import events, poll
from websites.models import CatalogueProduct
from websites.sources.base import Availability
from websites.sources.errors import AuthError

pytestmark = pytest.mark.django_db

OUT, IN = Availability.OUT_OF_STOCK, Availability.IN_STOCK


@pytest.fixture
def website():
    website = make_website(source="whmcs_api")
    for product_id in ("1", "2"):
        make_monitor(website, product_id=product_id)
    poll(website, snapshot(reading(5), reading(3, product_id="2"), body_hash="1:a"))
    return website


def stand_in(*readings, trouble=True, **fields):
    return snapshot(
        *readings,
        source="manual",
        stands_in_for="whmcs_api",
        trouble=AuthError("The shop refused the key.", advice="Allow it.") if trouble else None,
        **{"body_hash": "s:1", **fields},
    )


def stock():
    return list(Monitor.objects.order_by("product_id").values_list("quantity", "available"))


def shown(where, **fields):
    return reading(None, availability=where, stock_control=None, name="Other", price=None, **fields)


def test_a_number_is_not_taken_away_by_a_page_that_only_says_in_stock(website):
    poll(website, stand_in(shown(IN), shown(IN, product_id="2")))
    assert stock() == [(5, True), (3, True)]
    assert events() == []
    assert set(Monitor.objects.values_list("product_name", flat=True)) == {"VPS 1"}


def test_a_flip_is_believed_and_says_who_saw_it(website):
    poll(website, stand_in(shown(OUT), shown(IN, product_id="2")))
    assert stock() == [(None, False), (3, True)]
    assert events() == ["sold_out"]
    assert MonitorHistory.objects.get().metadata["evidence"]["source"] == "manual"
    assert PollRun.objects.latest("id").source == "manual"


def test_what_it_does_not_list_is_not_missing(website):
    for n in range(4):
        poll(website, stand_in(shown(IN), body_hash=f"s:{n}"))
    assert stock() == [(5, True), (3, True)]
    assert events() == []
    assert not CatalogueProduct.objects.filter(missing_since__isnull=False).exists()
    poll(website, snapshot(reading(5), reading(3, product_id="2"), body_hash="1:b"))
    assert events() == []


def test_the_website_is_well_and_says_what_failed(website):
    poll(website, stand_in(shown(IN)))
    website.refresh_from_db()
    assert (website.health, website.last_error_code) == ("ok", "stands_in")
    assert any("WHMCS API failed" in reason for reason in why_not_running(website))
    poll(website, stand_in(shown(IN), trouble=False, body_hash="s:2"))
    website.refresh_from_db()
    assert website.last_error_code == "stands_in"
    poll(website, snapshot(reading(5), reading(3, product_id="2"), body_hash="1:a"))
    website.refresh_from_db()
    assert website.last_error_code == ""


@pytest.mark.parametrize("language", ["ru", "zh-hans"])
def test_what_failed_is_said_in_the_language_of_the_page(website, language):
    poll(website, stand_in(shown(IN)))
    website.refresh_from_db()
    with translation.override(language):
        said = told(website.last_error)
    assert "WHMCS API" in said
    assert "failed" not in said


def test_its_unchanged_answer_keeps_the_words(website):
    same = stand_in(shown(IN))
    poll(website, same)
    (lease,) = take([website.pk], timezone.now(), only_queued=False)
    assert lease.applied_hash == "s:1"


def test_sources_that_disagree_leave_the_last_stock_and_ask_for_attention(website):
    conflict = reading(
        None, availability=Availability.UNKNOWN, is_conflict=True, token="0: conflict"
    )
    poll(website, snapshot(conflict, reading(3, product_id="2"), body_hash="1:b"))
    first = Monitor.objects.get(product_id="1")
    assert (first.quantity, first.available, first.status) == (5, True, "error")
    assert "disagree" in first.status_reason
    assert first.evidence["conflict"] is True
    assert events() == []
    poll(website, snapshot(reading(4), reading(3, product_id="2"), body_hash="1:c"))
    first.refresh_from_db()
    assert (first.quantity, first.status, first.status_reason) == (4, "active", "")
    assert events() == ["stock_decreased"]
