"""Trouble of one website stays with it, and is said."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ

from common import queues
from demo.world import World
from monitoring.models import Monitor, MonitorHistory
from monitoring.services import importing, polling, runs, stepping
from monitoring.services.importing import products_import
from monitoring.services.leases import take
from monitoring.services.polling import cycle_run
from monitoring.services.reading import Reading
from tests.factories import make_monitor, make_website, reading, snapshot
from tests.monitoring.polls import events, poll, website
from websites.models import Website
from websites.querysets import LOST_TASK

__all__ = ["website"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    with World() as world:
        shop = world.shop("alpha")
        shop.add_products(1, stock=5)
        yield shop


def watched(shop):
    website = make_website(url=shop.url, credentials=dict(shop.credentials))
    make_monitor(website, product_id="1")
    return website


def test_a_reading_that_cannot_be_stored_is_a_failure_of_this_website_alone(shop, monkeypatch):
    bad, good = watched(shop), watched(shop)
    real = stepping.monitors_load

    def load(lease):
        if lease.website_id == bad.pk:
            raise RuntimeError("cannot be stored")
        return real(lease)

    monkeypatch.setattr("monitoring.services.recording.monitors_load", load)
    polling.cycle_now(website_ids=[bad.pk, good.pk])
    bad.refresh_from_db()
    assert (bad.health, bad.last_error_code) == ("degraded", "internal_error")
    assert not Website.objects.suspect().exists()
    assert good.monitors.get().quantity == 5


def test_credentials_that_no_key_opens_stop_no_other_website(shop):
    bad, good = watched(shop), watched(shop)
    stored = "enc1:nonsense"
    Website.objects.filter(pk=bad.pk).update(credentials={})
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Website._meta.db_table} SET credentials = %s WHERE id = %s",  # noqa: S608
            [stored, bad.pk],
        )
    polling.cycle_now(website_ids=[bad.pk, good.pk])
    bad.refresh_from_db()
    assert (bad.health, bad.last_error_code) == ("auth_failed", "credentials_unreadable")
    assert good.monitors.get().quantity == 5


def test_a_monitor_deleted_during_a_poll_takes_no_event_with_it(website, monkeypatch):
    monitor = make_monitor(website, product_id="1")
    other = make_monitor(website, product_id="2")
    before = (reading(5, name="A"), reading(5, product_id="2"))
    poll(website, snapshot(*before, body_hash="1:a"))
    real = runs.run_finish

    def finish(**values):
        Monitor.objects.filter(pk=monitor.pk).delete()
        return real(**values)

    monkeypatch.setattr("monitoring.services.recording.run_finish", finish)
    after = (reading(5, name="B"), reading(4, product_id="2"))
    poll(website, snapshot(*after, body_hash="1:b"))
    assert sorted(events()) == ["product_renamed", "stock_decreased"]
    assert MonitorHistory.objects.get(event_type="product_renamed").monitor_id is None
    other.refresh_from_db()
    assert other.quantity == 4


def test_an_import_leaves_new_products_to_the_polls_that_tell_of_them(website, monkeypatch):
    one, two = reading(5), reading(5, product_id="2")
    poll(website, snapshot(one, body_hash="1:a"))
    monkeypatch.setattr(importing, "products_discover", lambda website: [one, two])
    products_import(website=website)
    poll(website, snapshot(one, two, body_hash="1:b"))
    assert events() == ["product_new"]


def test_a_stopped_queue_is_not_filled_for_ever(monkeypatch):
    monkeypatch.setattr(queues, "MAX_WAITING", 3)
    for _ in range(6):
        make_website()
        Website.objects.update(next_poll_at=timezone.now(), queued_at=None)
        cycle_run()
    assert OrmQ.objects.count() == 3


def test_a_website_that_waits_in_the_queue_is_not_queued_again():
    make_website()
    assert cycle_run() == 1
    Website.objects.update(next_poll_at=timezone.now())
    assert cycle_run() == 0
    Website.objects.update(queued_at=timezone.now() - 2 * LOST_TASK)
    assert cycle_run() == 1


def test_nobody_is_shown_what_was_asked_for_because_others_watch_it():
    listed, hidden = reading(5), reading(3, product_id="77")
    found = snapshot(listed, hidden, unlisted=frozenset({"77"}))

    websites = [make_website(), make_website()]
    mine, theirs = take([one.pk for one in websites], timezone.now(), only_queued=False)
    watched = {mine.website_id: ["1"], theirs.website_id: ["1", "77"]}
    one = Reading((mine, theirs), watched)
    assert [seen.product_id for seen in one.share_of(mine, found).readings] == ["1"]
    assert [seen.product_id for seen in one.share_of(theirs, found).readings] == ["1", "77"]
