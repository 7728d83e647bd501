"""The chart and the statistics on the page of a monitor."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from monitoring import past
from monitoring.admin import charting
from monitoring.admin.charting import monitor_chart
from monitoring.models import Monitor, MonitorHistory, StockDay, StockRecord
from tests.admin.world import World, page
from tests.factories import make_monitor, make_website

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


@pytest.fixture
def monitor(time_machine: Any) -> Monitor:
    """Read for 30 days; its number falls and rises every 6 hours."""
    time_machine.move_to(NOON, tick=False)
    website = make_website(last_success_at=NOON)
    monitor = make_monitor(website, first_read_at=NOON - timedelta(days=30))
    StockRecord.objects.bulk_create(
        StockRecord(
            monitor=monitor, quantity=3 + hours % 5, available=True, delta=1,
            change_type="restock", created_at=NOON - timedelta(hours=hours),
        )
        for hours in range(720, 0, -6)
    )  # fmt: skip
    return monitor


def happen(monitor: Monitor, kind: str, count: int) -> None:
    MonitorHistory.objects.bulk_create(
        MonitorHistory(
            website=monitor.website, monitor=monitor, event_type=kind, message=f"{kind} {n}",
            created_at=NOON - timedelta(minutes=60 * n + 1),
        )
        for n in range(count)
    )  # fmt: skip


def test_a_chart_of_many_records_is_made_of_hours(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert monitor_chart(monitor, 7).steps == "record"
    monkeypatch.setattr(past, "MOST_READINGS", 10)
    chart = monitor_chart(monitor, 7)
    assert (chart.steps, len(chart.stock.spans)) == ("hour", 28)
    monkeypatch.setattr(charting, "HOURLY_UP_TO", timedelta(days=1))
    chart = monitor_chart(monitor, 7)
    assert (chart.steps, len(chart.stock.spans)) == ("day", 8)
    assert chart.stock.band


def test_what_is_older_than_records_are_kept_is_drawn_from_its_sums(monitor: Monitor) -> None:
    StockDay.objects.create(
        monitor=monitor, day=(NOON - timedelta(days=40)).date(), last_quantity=8, lowest=2,
        highest=9, last_available=True, sold=7, restocked=1,
    )  # fmt: skip
    chart = monitor_chart(monitor, 0)
    assert chart.steps == "day"
    assert chart.stock.spans[0].title == "2026-01-23 00:00 · 2 to 9, then 8 · 7 sold, 1 came in"
    assert chart.stock.spans[0].left == 0


def test_an_outage_breaks_the_line(monitor: Monitor) -> None:
    for hours, kind in ((50, "website_unreachable"), (20, "website_recovered")):
        MonitorHistory.objects.create(
            website=monitor.website, event_type=kind, created_at=NOON - timedelta(hours=hours)
        )
    chart = monitor_chart(monitor, 7)
    assert [span.kind for span in chart.stock.spans if span.width > 10] == ["unread"]
    assert chart.stock.line.count("M") == 2
    assert "Read again" in [row.note for row in chart.rows]


def test_where_too_much_happened_single_sales_have_no_mark(
    monitor: Monitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    happen(monitor, "stock_decreased", 20)
    happen(monitor, "sold_out", 1)
    assert sum(mark.count for mark in monitor_chart(monitor, 7).events) == 21
    monkeypatch.setattr(charting, "MOST_EVENTS", 10)
    (mark,) = monitor_chart(monitor, 7).events
    assert (mark.sign, mark.told) == ("✕", ["04 Mar 11:59 · sold_out 0"])


def test_the_page_costs_the_same_for_few_records_and_for_many(viewer: Client, world: World) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert viewer.get(page(Monitor, "change", world.monitor.pk)).status_code == 200
        return len(queries)

    cost()
    few = cost()
    for n in range(40):
        StockRecord.objects.create(
            monitor=world.monitor, quantity=n, available=n > 0, delta=1, change_type="restock"
        )
    happen(world.monitor, "stock_increased", 30)
    assert cost() == few


def test_the_page_says_how_long_it_lasts_and_what_happened(viewer: Client, world: World) -> None:
    now = world.monitor.website.last_success_at
    assert now is not None
    StockRecord.objects.all().delete()
    for hours, number in ((40, 9), (30, 8), (20, 7), (10, 6)):
        StockRecord.objects.create(
            monitor=world.monitor, quantity=number, available=True, change_type="purchase",
            delta=None if number == 9 else -1, created_at=now - timedelta(hours=hours),
        )  # fmt: skip
    text = viewer.get(page(Monitor, "change", world.monitor.pk)).content.decode()
    for words in ("Lasts about 3 days", "Time to sell out", "desk-chart-mark", "The latest steps"):
        assert words in text, words


def test_the_page_of_a_monitor_that_was_never_read_says_so(viewer: Client, world: World) -> None:
    fresh = make_monitor(world.website)
    for kind in ("website_unreachable", "website_recovered"):
        MonitorHistory.objects.create(website=world.website, event_type=kind)
    text = viewer.get(page(Monitor, "change", fresh.pk)).content.decode()
    assert "the numbers begin with the first reading" in text
    assert "No stock is known in these days" in text
    assert "The latest steps" not in text
