"""A product known by its slug gets its pid once that is known."""

from __future__ import annotations

import pytest

from monitoring.binding import bindings
from monitoring.models import Monitor
from tests.factories import make_monitor, reading, snapshot
from tests.monitoring.polls import events, poll, website
from websites.models import CatalogueProduct

__all__ = ["website"]

pytestmark = pytest.mark.django_db

SLUG = "slug:vps/one"
URL = "https://shop.example/store/vps/one"


def by_slug(quantity):
    return reading(quantity, product_id=SLUG, url=URL, slug="vps/one")


def by_pid(quantity, product_id="7", url=URL):
    return reading(quantity, product_id=product_id, url=url)


def test_the_monitor_goes_on_under_its_pid_and_nothing_is_missed(website):
    monitor = make_monitor(website, product_id=SLUG)
    poll(website, snapshot(by_slug(5), body_hash="1:a"))
    poll(website, snapshot(by_pid(0), body_hash="1:b"))
    monitor.refresh_from_db()
    assert (monitor.product_id, monitor.quantity, monitor.available) == ("7", 0, False)
    assert events() == ["sold_out"]
    product = CatalogueProduct.objects.get()
    assert (product.product_id, product.missing_since, product.absent_count) == ("7", None, 0)


def test_a_pid_that_is_watched_already_takes_the_place(website):
    make_monitor(website, product_id=SLUG)
    other = make_monitor(website, product_id="7")
    poll(website, snapshot(by_slug(5), by_pid(5, url=""), body_hash="1:a"))
    poll(website, snapshot(by_pid(4), body_hash="1:b"))
    assert list(Monitor.objects.order_by("id").values_list("product_id", flat=True)) == [SLUG, "7"]
    other.refresh_from_db()
    assert other.quantity == 4
    assert CatalogueProduct.objects.get().product_id == "7"


@pytest.mark.parametrize(
    "seen",
    [
        [by_slug(5), by_pid(5)],
        [by_pid(5), by_pid(5, product_id="8")],
        [by_pid(5, url="https://shop.example/cart.php?a=add&pid=7")],
        [reading(5, product_id="b7", url=URL)],
    ],
)
def test_a_doubtful_pid_is_not_believed(seen):
    assert bindings([SLUG, "3"], {one.product_id: one for one in seen}) == {}


def test_without_slugs_there_is_nothing_to_bind():
    assert bindings(["7"], {"7": by_pid(5)}) == {}
