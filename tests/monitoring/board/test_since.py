"""Since when a product is in stock: written by whatever brings it in, kept while it stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.utils import timezone

from monitoring.models import Monitor, MonitorHistory
from monitoring.services.ingest import stock_push
from monitoring.services.monitors import baseline_forget
from tests.factories import make_monitor, make_website, reading, snapshot
from tests.monitoring.polls import poll, website
from websites.models import Website

__all__ = ["website"]

pytestmark = pytest.mark.django_db


def since(monitor: Monitor) -> datetime | None:
    monitor.refresh_from_db()
    return monitor.in_stock_since


def test_it_is_the_reading_that_brought_it_in(website: Any) -> None:
    monitor = make_monitor(website, product_id="1")
    empty = make_monitor(website, product_id="2")

    def see(mark: str, quantity: int) -> datetime | None:
        both = (reading(quantity, product_id="1"), reading(0, product_id="2"))
        poll(website, snapshot(*both, body_hash=f"1:{mark}"))
        return since(monitor)

    first = see("a", 5)
    assert first is not None
    assert see("b", 3) == first
    assert see("c", 0) == first
    back = see("d", 2)
    assert back is not None
    assert back > first
    assert since(empty) is None


def test_stock_by_hand_and_a_new_product_behave_alike() -> None:
    monitor = make_monitor(make_website(source="manual"))
    for quantity in (0, 4):
        stock_push(monitor=Monitor.objects.get(pk=monitor.pk), quantity=quantity)
    assert since(monitor) is not None
    baseline_forget(monitors=Monitor.objects.filter(pk=monitor.pk))
    assert since(monitor) is None


def test_what_is_in_stock_when_the_column_comes_gets_its_last_restock() -> None:
    now = timezone.now()
    website: Website = make_website()
    values: dict[str, Any] = {"available": True, "first_read_at": now - timedelta(days=9)}
    restocked, always = (make_monitor(website, **values) for _ in range(2))
    gone = make_monitor(website, **{**values, "available": False})
    for monitor, days in ((restocked, 5), (restocked, 2), (gone, 1)):
        MonitorHistory.objects.create(
            website=website,
            monitor=monitor,
            event_type="restocked",
            created_at=now - timedelta(days=days),
        )
    import_module("monitoring.migrations.0007_board").find_when_it_came(apps, None)
    assert since(restocked) == now - timedelta(days=2)
    assert since(always) == now - timedelta(days=9)
    assert since(gone) is None
