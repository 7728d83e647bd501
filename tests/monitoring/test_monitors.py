from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from common.errors import InvalidInputError
from monitoring.models import Monitor
from monitoring.services.monitors import (
    monitor_create,
    monitor_pause,
    monitor_resume,
    monitor_update,
    monitors_bulk_create,
    monitors_delete,
)
from tests.factories import make_monitor, make_website
from websites.models import CatalogueProduct, Website

pytestmark = pytest.mark.django_db


@pytest.fixture
def website():
    return make_website(applied_hash="1:abc")


def _hash(website):
    return Website.objects.get(pk=website.pk).applied_hash


def test_a_monitor_takes_its_name_and_link_from_the_catalogue(website):
    CatalogueProduct.objects.create(
        website=website, product_id="12", name="VPS 12", url="https://shop.example/store/vps/12"
    )
    monitor = monitor_create(website=website, product_id=12)
    assert (monitor.product_id, monitor.product_name) == ("12", "VPS 12")
    assert monitor.purchase_link == "https://shop.example/store/vps/12"


def test_a_link_that_is_not_a_web_address_is_not_taken_over(website):
    CatalogueProduct.objects.create(website=website, product_id="12", url="javascript:alert(1)")
    assert monitor_create(website=website, product_id="12").purchase_link == ""


def test_every_change_makes_the_next_poll_compare_again(website):
    monitor = monitor_create(website=website, product_id="1")
    assert _hash(website).startswith("!")
    for change in (
        lambda: monitor_update(monitor=monitor, threshold_low=3),
        lambda: monitor_pause(monitor=monitor),
        lambda: monitor_resume(monitor=monitor),
        lambda: monitors_delete(monitors=Monitor.objects.filter(pk=monitor.pk)),
    ):
        Website.objects.filter(pk=website.pk).update(applied_hash="1:abc")
        change()
        assert _hash(website).startswith("!")


def test_a_product_is_watched_once_per_website(website):
    monitor_create(website=website, product_id="1")
    with pytest.raises(InvalidInputError) as caught:
        monitor_create(website=website, product_id="1")
    assert "watched already" in caught.value.message
    monitor_create(website=website, product_id="1", config_option_id="7")
    with pytest.raises(IntegrityError), transaction.atomic():
        make_monitor(website, product_id="1")


def test_bad_values_name_their_field(website):
    with pytest.raises(InvalidInputError) as caught:
        monitor_create(website=website, product_id="1", check_interval=1)
    assert "check_interval" in caught.value.fields
    with pytest.raises(InvalidInputError) as caught:
        monitor_create(website=website, product_id="1", quantity=7)
    assert caught.value.fields == {"quantity": ["Cannot be set."]}
    with pytest.raises(InvalidInputError):
        monitor_create(website=website, product_id="")


def test_a_thousand_monitors_take_a_handful_of_statements(website):
    with CaptureQueriesContext(connection) as queries:
        monitors_bulk_create(website=website, rows=[{"product_id": str(n)} for n in range(100)])
    assert len(queries) <= 14
    with pytest.raises(InvalidInputError):
        monitors_bulk_create(website=website, rows=[{"product_id": str(n)} for n in range(1001)])


def test_bulk_creates_all_or_none(website):
    with pytest.raises(InvalidInputError):
        monitors_bulk_create(website=website, rows=[{"product_id": "1"}, {"product_id": "1"}])
    assert Monitor.objects.count() == 0


def test_active_monitors_are_those_not_paused_of_active_websites(website):
    active = make_monitor(website)
    make_monitor(website, status="paused")
    make_monitor(make_website(is_active=False))
    assert list(Monitor.objects.get_all_active()) == [active]
    assert list(Monitor.objects.get_active_by_website(website.pk)) == [active]


def test_deleting_a_website_takes_everything_of_it_along(website):
    monitor = make_monitor(website)
    monitor.records.create(change_type="initial")
    website.history.create(event_type="sold_out", monitor=monitor)
    website.poll_runs.create()
    website.delete()
    assert Monitor.objects.count() == 0
