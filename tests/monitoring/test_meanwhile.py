"""What people change while a shop is being read, or so that it is another one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import Monitor, MonitorHistory, StockRecord
from monitoring.services.leases import take
from monitoring.services.monitors import monitor_create, monitor_resume, monitor_update
from monitoring.services.recording import outcome_record
from tests.factories import make_monitor, make_website, reading, snapshot
from tests.monitoring.polls import events, poll
from websites.models import CatalogueProduct, Website
from websites.services import website_update
from websites.sources.base import Snapshot

pytestmark = pytest.mark.django_db

KEY = {"identifier": "i", "secret": "s"}


@pytest.fixture
def website():
    return make_website(source="whmcs_api", url="https://shop.example", credentials=KEY)


def begin(website):
    (lease,) = take([website.pk], timezone.now(), only_queued=False)
    return lease


def end(lease, *readings, body_hash="1:b"):
    return outcome_record(lease, snapshot(*readings, body_hash=body_hash), timezone.now())


@pytest.mark.parametrize("is_first", [True, False])
def test_a_monitor_made_during_a_poll_gets_its_baseline_from_the_next_one(website, is_first):
    if not is_first:
        poll(website, snapshot(reading(1), reading(0, product_id="2"), body_hash="1:a"))
    lease = begin(website)
    monitor_create(website=website, product_id="2")
    end(lease, reading(1), reading(0, product_id="2"))
    Monitor.objects.update(first_read_at=None)  # as if the poll had loaded its monitors before
    again = begin(website)
    assert again.applied_hash != "1:b"
    end(again, reading(1), reading(0, product_id="2"))
    poll(website, snapshot(reading(1), reading(3, product_id="2"), body_hash="1:c"))
    assert events() == ["restocked"]


def test_a_threshold_of_the_team_set_during_a_poll_is_applied_by_the_next_one(website):
    make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5), body_hash="1:a"))
    lease = begin(website)
    website.team.low_stock_threshold = 9
    website.team.save()
    end(lease, reading(5), body_hash="1:b")
    again = begin(website)
    assert again.applied_hash != "1:b"
    end(again, reading(5), body_hash="1:b")
    assert events() == ["threshold_breach_low"]


@pytest.mark.parametrize(
    "change",
    [{"url": "https://other.example", "credentials": KEY}, {"config": {"currency": "EUR"}}],
)
def test_the_result_of_a_poll_of_the_shop_as_it_was_is_dropped(website, change):
    make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5), body_hash="1:a"))
    lease = begin(website)
    website.refresh_from_db()
    website_update(website=website, **change)
    assert end(lease, reading(0)).outcome == "lost"
    assert events() == []
    assert begin(website).lost_polls == 0


def test_a_new_name_drops_no_poll(website):
    make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5), body_hash="1:a"))
    lease = begin(website)
    website.refresh_from_db()
    website_update(website=website, name="other")
    assert end(lease, reading(0)).outcome == "changed"


def test_another_shop_behind_the_website_is_a_baseline(website):
    monitor = make_monitor(website, product_id="1", threshold_low=3)
    poll(website, snapshot(reading(5, name="A"), body_hash="1:a"))
    website.refresh_from_db()
    website_update(website=website, url="https://other.example", credentials=KEY)
    monitor.refresh_from_db()
    assert (monitor.quantity, monitor.first_read_at, monitor.evidence) == (None, None, {})
    assert not CatalogueProduct.objects.exists()
    assert StockRecord.objects.count() == 1
    poll(website, snapshot(reading(0, name="B"), reading(3, product_id="9"), body_hash="1:b"))
    opened = MonitorHistory.objects.get()
    assert (opened.event_type, opened.suppressed) == ("alert_opened", "baseline")
    monitor.refresh_from_db()
    assert (monitor.quantity, monitor.available) == (0, False)


@pytest.mark.parametrize("url", ["https://www.shop.example", "https://shop.example/billing"])
def test_another_address_of_the_same_shop_is_none(website, url):
    make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5), body_hash="1:a"))
    website.refresh_from_db()
    website_update(website=website, url=url)
    poll(website, snapshot(reading(0), body_hash="1:b"))
    assert events() == ["sold_out"]


def test_another_product_of_a_monitor_is_a_baseline(website):
    monitor = make_monitor(website, product_id="1")
    both = (reading(5), reading(0, product_id="2"))
    poll(website, snapshot(*both, body_hash="1:a"))
    monitor.refresh_from_db()
    monitor_update(monitor=monitor, product_id="2")
    assert monitor.quantity is None
    poll(website, snapshot(*both, body_hash="1:a"))
    monitor.refresh_from_db()
    assert monitor.first_read_at is not None
    assert events() == []


def test_a_missing_product_that_is_resumed_is_looked_for_anew(website):
    monitor = make_monitor(website, product_id="1")
    rest = snapshot(reading(5, product_id="2"), body_hash="1:b")
    poll(website, snapshot(reading(5), reading(5, product_id="2")))
    poll(website, rest)
    poll(website, rest)
    monitor.refresh_from_db()
    assert monitor.status == "error"
    monitor_resume(monitor=monitor)
    assert monitor.status_reason == ""
    poll(website, rest)
    monitor.refresh_from_db()
    assert monitor.status == "error"
    assert "does not list" in monitor.status_reason


def test_a_poller_that_read_the_row_before_a_release_does_not_take_it(website):
    lease = begin(website)
    stale = Website.objects.get(pk=website.pk).fence
    end(lease, reading(5))
    assert Website.objects.get(pk=website.pk).fence > stale


def test_a_shop_that_is_doubtful_each_time_anew_is_read_at_its_interval(website):
    full = [reading(5, product_id=str(n)) for n in range(30)]
    poll(website, snapshot(*full))
    poll(website, snapshot(*full[:10], body_hash="1:b"))
    website.refresh_from_db()
    assert website.next_poll_at <= timezone.now() + timedelta(seconds=10)
    due = timezone.now() + timedelta(minutes=1)
    Website.objects.filter(pk=website.pk).update(next_poll_at=due)
    poll(website, snapshot(*full[5:15], body_hash="1:c"))
    website.refresh_from_db()
    assert website.health == "quarantined"
    assert website.next_poll_at == due
    assert events() == ["snapshot_quarantined"]


def test_an_unchanged_answer_does_not_hide_a_change_made_meanwhile(website):
    make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5), body_hash="1:a"))
    lease = begin(website)
    website.forget_applied_hash()
    outcome_record(lease, Snapshot(is_unchanged=True, body_hash="1:a"), timezone.now())
    assert begin(website).applied_hash.startswith("!")
