"""What is loaded of the past of a monitor: all that matters, in bounded portions."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring import past
from monitoring.models import Monitor, MonitorHistory, StockDay, StockRecord
from monitoring.past import monitor_days, monitor_statistics, outages, past_load, sums_load
from monitoring.rollups import Day, Record, days_of
from monitoring.sampling import stock_samples
from monitoring.services.ingest import stock_push
from monitoring.services.monitors import monitor_update
from monitoring.services.pruning import records_prune
from monitoring.statistics.flows import Flow
from monitoring.statistics.readings import Window
from monitoring.statistics.report import statistics_of
from tests.factories import make_monitor, make_website
from tests.monitoring.statistics.histories import HOUR, Seen, at, readings_of
from tests.monitoring.statistics.histories import History as Played

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")


def played(seed: int, steps: int = 60) -> Played:
    dice = random.Random(seed)
    hour, seen = 0, {}
    for _ in range(steps):
        number = dice.choice([None, 0, 0, 1, 2, 5, 9])
        seen[hour] = Seen(number, None if number is None else number > 0, dice.choice([3, 4]))
        hour += dice.randint(1, 20)
    return Played(seen, [(30, 40), (200, 230)], hour + 5, hour + 7)


def stored(history: Played) -> Monitor:
    """A monitor with these records, and the outages of its shop as events."""
    website = make_website(last_success_at=at(history.looked))
    monitor = make_monitor(website, first_read_at=at(min(history.seen)))
    StockRecord.objects.bulk_create(
        StockRecord(
            monitor=monitor, quantity=one.quantity, available=one.available, delta=one.delta,
            price=one.price, change_type="adjusted", created_at=one.at,
        )
        for one in readings_of(history)
    )  # fmt: skip
    for start, end in history.blind:
        for hour, kind in ((start, "website_unreachable"), (end, "website_recovered")):
            MonitorHistory.objects.create(website=website, event_type=kind, created_at=at(hour))
    return monitor


def records(monitor: Monitor) -> list[Record]:
    rows = monitor.records.order_by("created_at")
    return [
        Record(one.pk, one.created_at, one.quantity, one.available, one.delta, one.price, "")
        for one in rows
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_statistics_are_those_of_the_stored_records(seed: int) -> None:
    history = played(seed)
    monitor = stored(history)
    now = at(history.now)
    found = monitor_statistics(monitor, zone=BERLIN, now=now)
    assert found == statistics_of(
        readings_of(history),
        since=at(0),
        now=now,
        read_until=at(history.looked),
        unread=[Window(at(start), at(end)) for start, end in history.blind],
        zone=BERLIN,
    )


def test_a_monitor_that_changes_all_the_time_is_read_in_part_and_summed_up_in_full(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    history = played(4)
    monitor = stored(history)
    now = at(history.now)
    whole = monitor_statistics(monitor, zone=BERLIN, now=now)
    monkeypatch.setattr(past, "MOST_READINGS", 10)
    part = past_load(monitor, since=at(0), now=now)
    assert (part.is_cut, len(part.readings)) == (True, 11)
    found = monitor_statistics(monitor, zone=BERLIN, now=now)
    assert (found.day, found.week, found.month) == (whole.day, whole.week, whole.month)
    assert found.since == part.since > whole.since
    monitor.records.update(quantity=None, delta=None)
    assert monitor_statistics(monitor, zone=BERLIN, now=now).month == Flow(None, None)


def test_statistics_cost_the_same_for_few_records_and_for_many() -> None:
    def cost(history: Played) -> int:
        monitor = Monitor.objects.select_related("website").get(pk=stored(history).pk)
        with CaptureQueriesContext(connection) as queries:
            monitor_statistics(monitor, zone=BERLIN, now=at(history.now))
        return len(queries)

    assert cost(played(5, steps=2)) == cost(played(6, steps=90)) == 3


def test_nothing_of_another_product_is_counted() -> None:
    monitor = make_monitor(make_website(source="manual", url=""))
    for quantity in (90, 50):
        stock_push(monitor=monitor, quantity=quantity)
    StockRecord.objects.update(created_at=timezone.now() - timedelta(hours=5))
    monitor.refresh_from_db()
    assert monitor_statistics(monitor, zone=BERLIN).day == Flow(None, None)
    monitor_update(monitor=monitor, product_id="another")
    monitor.refresh_from_db()
    for quantity in (7, 6):
        stock_push(monitor=monitor, quantity=quantity)
    monitor.refresh_from_db()
    assert monitor_statistics(monitor, zone=BERLIN).day == Flow(sold=1, restocked=0)


def test_a_monitor_that_was_never_read_has_no_statistics() -> None:
    found = monitor_statistics(make_monitor(), zone=BERLIN)
    assert (found.day, found.in_stock_share) == (Flow(None, None), None)


def test_an_outage_begins_and_ends_with_what_was_told_of_it() -> None:
    monitor = make_monitor()

    def told(hour: int, kind: str) -> None:
        MonitorHistory.objects.create(
            website=monitor.website, event_type=f"website_{kind}", created_at=at(hour)
        )

    told(3, "recovered")  # began before the window
    told(5, "unreachable")
    told(8, "unreachable")  # paused and resumed: when the first one ended nobody knows
    told(9, "recovered")
    told(12, "unreachable")  # lasts
    assert outages(monitor, at(0), at(20)) == [Window(at(0), at(3)), Window(at(8), at(9))]


def test_days_are_the_same_before_and_after_old_records_were_summed_up() -> None:
    monitor = stored(played(7))
    days = {day: one for (_, day), one in days_of(renamed(records(monitor))).items()}
    whole = {"since": date(2026, 1, 1), "until": date(2026, 12, 31)}
    assert monitor_days(monitor, **whole) == days
    records_prune(
        before=at(400), team_ids=[monitor.website.team_id], is_over=lambda: False, dry_run=False
    )
    assert StockDay.objects.exists()
    assert monitor_days(monitor, **whole) == days
    some = sorted(days)[3:9]
    found = monitor_days(monitor, since=some[0], until=some[-1])
    assert list(found) == some


def renamed(rows: list[Record]) -> list[Record]:
    return [one._replace(monitor_id=1) for one in rows]


def test_hours_are_sums_of_their_records() -> None:
    monitor = make_monitor()
    for minute, quantity, delta in ((5, 4, None), (20, 9, 5), (50, 2, -7), (70, None, None)):
        StockRecord.objects.create(
            monitor=monitor, quantity=quantity, delta=delta, change_type="adjusted",
            available=None if quantity is None else True,
            created_at=at(0) + timedelta(minutes=minute),
        )  # fmt: skip
    found = sums_load(monitor, since=at(0), until=at(3), kind="hour")
    assert found == {
        at(0): Day(4, 2, 2, 9, True, sold=7, restocked=5, records=3),
        at(1): Day(records=1, gaps=1),
    }


# --- Small lines ---------------------------------------------------------------------------


def sampled(now: datetime, *monitors: Monitor, **options: Any) -> list[list[int | None]]:
    found = stock_samples([one.pk for one in monitors], now=now, span=4 * HOUR, count=5, **options)
    return [found[one.pk] for one in monitors]


def test_samples_are_what_held_at_equal_distances() -> None:
    monitor = stored(
        Played({1: Seen(5, True), 2: Seen(None, None), 3: Seen(None, False)}, [], 9, 9)
    )
    assert sampled(at(4), monitor) == [[None, 5, None, 0, 0]]


def test_after_the_last_good_read_samples_are_unknown() -> None:
    monitor = stored(Played({0: Seen(5, True)}, [], 2, 2))
    assert sampled(at(4), monitor) == [[5, 5, 5, None, None]]
    assert sampled(at(9), monitor) == [[None] * 5]


def test_the_samples_of_a_list_take_one_statement() -> None:
    monitors = [stored(played(seed, steps=5)) for seed in range(4)]
    with CaptureQueriesContext(connection) as queries:
        assert len(sampled(at(30), *monitors)) == 4
    assert len(queries) == 1
