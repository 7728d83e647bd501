"""Statistics and days of a monitor by the API."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from monitoring.models import StockDay, StockRecord
from tests.factories import make_monitor, make_website

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday


@pytest.fixture
def monitor(team, time_machine):
    """Sold out on Monday, came back on Tuesday at 12:00 UTC, sold 3, 1 and 1 since."""
    time_machine.move_to(NOON, tick=False)
    team.time_zone = "Asia/Tokyo"
    team.save()
    website = make_website(team, last_success_at=NOON)
    monitor = make_monitor(website, first_read_at=NOON - timedelta(hours=48))
    steps = ((48, 0, None), (24, 9, 9), (20, 6, -3), (8, 5, -1), (1, 4, -1))
    for hours, number, delta in steps:
        StockRecord.objects.create(
            monitor=monitor, quantity=number, available=number > 0, delta=delta, currency="USD",
            price=Decimal("5.00") if hours > 8 else Decimal("4.50"), change_type="adjusted",
            created_at=NOON - timedelta(hours=hours),
        )  # fmt: skip
    return monitor


def test_statistics_say_what_was_sold_and_how_long_it_lasts(api, monitor):
    found = api("GET", f"monitors/{monitor.pk}/statistics/")
    assert (found["sold_24h"], found["restocked_24h"], found["sold_30d"]) == (5, 9, 5)
    assert (found["in_stock_share"], found["known_share"]) == (0.5, 1.0)
    assert found["since"] == "2026-03-02T12:00:00Z"
    forecast = found["forecast"]
    assert (forecast["reason"], forecast["per_day"], forecast["days"]) == ("", 5.0, 0.8)
    assert forecast["low"] < 0.8 < forecast["high"]
    (change,) = found["price_changes"]
    assert (change["from_price"], change["price"]) == ("5.00", "4.50")


def test_the_pattern_is_on_the_clocks_of_the_team_or_of_the_zone_asked_for(api, monitor):
    path = f"monitors/{monitor.pk}/statistics/"
    found = api("GET", path)
    assert (found["time_zone"], found["restock_pattern"][1][21]) == ("Asia/Tokyo", 1)
    found = api("GET", f"{path}?time_zone=America/New_York")
    assert (found["time_zone"], found["restock_pattern"][1][7]) == ("America/New_York", 1)
    fields = api("GET", f"{path}?time_zone=Mars/Base", status=400)["error"]["fields"]
    assert "Europe/Berlin" in fields["time_zone"][0]


def test_the_unknown_is_null_and_never_a_zero(api, team):
    monitor = make_monitor(make_website(team))
    found = api("GET", f"monitors/{monitor.pk}/statistics/")
    assert found["forecast"]["reason"] == "no_number"
    for name in ("sold_7d", "restocked_7d", "sell_out_seconds_mean", "in_stock_share"):
        assert found[name] is None, name
    StockRecord.objects.create(monitor=monitor, change_type="adjusted")
    (day,) = api("GET", f"monitors/{monitor.pk}/days/")["results"]
    assert (day["sold"], day["restocked"], day["lowest"], day["gaps"]) == (None, None, None, 1)


def test_days_come_from_records_and_from_what_old_ones_left_behind(api, monitor):
    StockDay.objects.create(
        monitor=monitor,
        day=NOON.date() - timedelta(days=30),
        sold=2,
        lowest=1,
        highest=3,
        records=4,
    )
    path = f"monitors/{monitor.pk}/days/"
    found = api("GET", path)
    assert [(one["day"], one["sold"], one["records"]) for one in found["results"]] == [
        ("2026-03-04", 2, 2), ("2026-03-03", 3, 2), ("2026-03-02", 0, 1), ("2026-02-02", 2, 4),
    ]  # fmt: skip
    assert api("GET", f"{path}?since=2026-03-03&until=2026-03-03")["count"] == 1
    assert api("GET", f"{path}?page_size=1&page=4")["results"][0]["day"] == "2026-02-02"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("since=yesterday", "since"),
        ("since=2020-01-01", "since"),
        ("since=2026-03-05&until=2026-03-01", "since"),
        ("until=9999-12-31", "until"),
    ],
)
def test_days_that_cannot_be_are_refused(api, monitor, query, field):
    answer = api("GET", f"monitors/{monitor.pk}/days/?{query}", status=400)
    assert list(answer["error"]["fields"]) == [field]
