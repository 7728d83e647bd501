"""No room to write: a poll that cannot be stored changes nothing, and the next one finds it all."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as config
from django.db import OperationalError, connection
from django.utils import timezone

from monitoring.models import Monitor, MonitorHistory, StockRecord
from monitoring.services.leases import MAX_LOST_POLLS
from monitoring.services.polling import websites_poll
from notifications.models import NotificationLog
from runtime import health
from tests.chaos.work import drain
from tests.factories import make_user

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.once,
    pytest.mark.skipif(not config.IS_SQLITE, reason="the limit of a SQLite file"),
]

PRODUCTS = 300


@pytest.fixture
def shop(world):
    shop = world.shop("alpha")
    shop.add_products(PRODUCTS, stock=50)
    return shop


@pytest.fixture
def full(website):
    """Of this connection: the file may not grow by a page any more."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count")
        (most,) = cursor.fetchone()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")

    def clear():
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {most}")

    yield clear
    clear()


def test_polls_that_cannot_be_stored_change_nothing_and_the_next_one_finds_it_all(
    world, shop, website, full
):
    records = StockRecord.objects.count()
    shop.set_stocks(dict.fromkeys(shop.products, 49))
    for _ in range(MAX_LOST_POLLS + 1):
        with pytest.raises(OperationalError, match="full"):
            websites_poll([website.pk], only_queued=False)
        website.refresh_from_db()
        assert (website.lease_expires_at, website.lost_polls) == (None, 0)
    assert set(Monitor.objects.values_list("quantity", flat=True)) == {50}
    assert StockRecord.objects.count() == records
    assert not MonitorHistory.objects.exists()
    assert world.messages() == []

    full()
    websites_poll([website.pk], only_queued=False)
    drain()
    assert MonitorHistory.objects.filter(event_type="stock_decreased").count() == PRODUCTS
    told = [pk for row in NotificationLog.objects.all() for pk in row.events.values_list("pk")]
    assert sorted(told) == sorted(MonitorHistory.objects.values_list("pk"))
    assert len(world.messages("webhook")) == NotificationLog.objects.filter(status="sent").count()
    website.refresh_from_db()
    assert website.health == "ok"


def test_a_full_disk_is_told_by_the_health_check_and_in_the_admin(full, client):
    client.force_login(make_user(is_staff=True, is_superuser=True))
    assert health.check_disk() == "nearly full, MB left: 0"
    assert "the disk is nearly full, MB left: 0." in client.get("/admin/").text
    full()
    assert health.check_disk() == "ok"
    assert "the disk is" not in client.get("/admin/").text


def test_a_task_that_cannot_be_queued_is_queued_a_minute_later(website, monkeypatch):
    from monitoring.services import polling

    def refuse(*_args, **_given):
        raise OperationalError("database or disk is full")

    now = timezone.now() + timedelta(minutes=1)
    with monkeypatch.context() as patch:
        patch.setattr(polling, "async_task", refuse)
        with pytest.raises(OperationalError):
            polling.cycle_run(now)
    assert polling.cycle_run(now + timedelta(seconds=30)) == 0
    assert polling.cycle_run(now + timedelta(seconds=61)) == 1
