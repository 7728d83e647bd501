"""Lists that stay quick: rows are counted up to a limit, and a page costs the same however long it is."""

from __future__ import annotations

import pytest
from django.core.paginator import Paginator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.admin import paging
from accounts.admin.paging import AtLeast, LimitedPaginator
from monitoring.models import Monitor, StockRecord
from tests.admin.world import World, page
from tests.factories import make_monitor

pytestmark = pytest.mark.django_db

LIST = page(Monitor, "changelist")


def add_monitors(world: World, number: int) -> None:
    for _ in range(number):
        monitor = make_monitor(world.website, available=True, quantity=3)
        StockRecord.objects.create(
            monitor=monitor, quantity=3, available=True, change_type="initial"
        )


def statements(client: Client, address: str) -> int:
    client.get(address)  # what is asked once per process is not counted
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


def test_a_page_of_fifty_costs_as_many_statements_as_one_of_five(
    world: World, operator: Client
) -> None:
    shop = page(type(world.website), "change", world.website.pk)
    add_monitors(world, 4)
    few = [statements(operator, one) for one in (LIST, shop, f"{shop}?show=all")]
    add_monitors(world, 45)
    assert [statements(operator, one) for one in (LIST, shop, f"{shop}?show=all")] == few


def test_the_list_of_monitors_draws_the_week_of_each(world: World, viewer: Client) -> None:
    world.monitor.first_read_at = timezone.now()
    text = viewer.get(LIST).content.decode()
    assert text.count("desk-spark") >= 1


def test_counting_stops_at_the_limit(
    world: World, operator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "COUNTED", 60)
    add_monitors(world, 70)
    shown = operator.get(LIST)
    assert shown.context["cl"].result_count == 60
    assert "60+" in shown.content.decode()
    assert len(operator.get(f"{LIST}?p=2").context["cl"].result_list) == 10
    with CaptureQueriesContext(connection) as found:
        operator.get(LIST)
    counting = [one["sql"] for one in found if "COUNT(" in one["sql"]]
    assert all("LIMIT 61" in sql for sql in counting if '"monitoring_monitor"' in sql)


@pytest.mark.parametrize("number", [0, 1, 59, 60])
def test_a_list_below_the_limit_is_counted_exactly(
    number: int, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "COUNTED", 60)
    Monitor.objects.all().delete()
    add_monitors(world, number)
    rows = Monitor.objects.order_by("pk")
    found = LimitedPaginator(rows, 50)
    assert found.count == Paginator(rows, 50).count == number
    assert not isinstance(found.count, AtLeast)
    assert LimitedPaginator(list(rows), 50).count == number


def test_a_number_with_more_behind_it_says_so() -> None:
    assert str(AtLeast(10_000)) == "10\u202f000+"
    assert AtLeast(10_000) // 50 == 200
