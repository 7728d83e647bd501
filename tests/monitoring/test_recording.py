"""What a poll leaves in the database, statement by statement."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring.models import Monitor, MonitorHistory, PollRun, StockRecord
from monitoring.services.leases import take
from monitoring.services.monitors import monitor_update
from monitoring.services.recording import outcome_record
from monitoring.services.stepping import states_load, step_of
from monitoring.services.stockwriting import write_steps
from tests.factories import ambiguous, make_monitor, make_website, reading, snapshot
from tests.monitoring.polls import events, poll, statements, website
from websites.models import CatalogueProduct
from websites.sources.base import Snapshot
from websites.sources.errors import AuthError, UnreachableError

__all__ = ["website"]

pytestmark = pytest.mark.django_db


def test_the_first_read_is_a_baseline_record_without_events(website):
    monitor = make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5)))
    monitor.refresh_from_db()
    assert (monitor.quantity, monitor.available, monitor.price) == (5, True, Decimal("5.00"))
    assert [r.change_type for r in StockRecord.objects.all()] == ["initial"]
    assert events() == []
    website.refresh_from_db()
    assert website.health == "ok"
    assert website.lease_expires_at is None


def test_a_sell_out_is_state_record_and_event(website):
    monitor = make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5)))
    poll(website, snapshot(reading(0), body_hash="1:def"))
    monitor.refresh_from_db()
    assert (monitor.quantity, monitor.available) == (0, False)
    record = StockRecord.objects.latest("id")
    assert (record.change_type, record.delta, record.quantity) == ("purchase", -5, 0)
    event = MonitorHistory.objects.get()
    assert (event.event_type, event.from_quantity, event.to_quantity) == ("sold_out", 5, 0)
    assert event.record == record
    assert event.planned_at is None
    assert event.metadata["evidence"]["source"] == "whmcs_api"


def test_an_unchanged_full_read_takes_four_statements_and_inserts_nothing(website):
    for number in range(50):
        make_monitor(website, product_id=str(number))
    listing = [reading(5, product_id=str(number)) for number in range(50)]
    poll(website, snapshot(*listing))
    poll(website, snapshot(*listing, body_hash="1:b"))
    records, runs = StockRecord.objects.count(), PollRun.objects.count()
    (lease,) = take([website.pk], timezone.now(), only_queued=False)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        outcome_record(lease, snapshot(*listing, body_hash="1:c"), timezone.now())
    assert len(statements(queries)) <= 4, statements(queries)
    assert (StockRecord.objects.count(), PollRun.objects.count()) == (records, runs)
    assert events() == []


def test_an_identical_body_takes_two_statements(website):
    make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5)))
    poll(website, snapshot(reading(5)))
    (lease,) = take([website.pk], timezone.now(), only_queued=False)
    assert lease.applied_hash == "1:abc"
    with CaptureQueriesContext(connection) as queries:
        result = outcome_record(
            lease, Snapshot(is_unchanged=True, body_hash="1:abc"), timezone.now()
        )
    assert len(statements(queries)) == 2
    assert result.monitors_checked == 1


def test_the_statements_of_a_changed_poll_do_not_grow_with_the_changes(website):
    for number in range(60):
        make_monitor(website, product_id=str(number))
    poll(website, snapshot(*[reading(5, product_id=str(n)) for n in range(60)]))
    (lease,) = take([website.pk], timezone.now(), only_queued=False)
    with CaptureQueriesContext(connection) as queries:
        outcome_record(
            lease, snapshot(*[reading(n % 3, product_id=str(n)) for n in range(60)]), timezone.now()
        )
    assert len(statements(queries)) <= 12
    assert MonitorHistory.objects.count() == 60


def test_equal_unchanged_runs_are_one_row_with_a_count(website):
    make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5)))
    for _ in range(4):
        poll(website, snapshot(reading(5)))
    runs = list(PollRun.objects.order_by("id").values_list("outcome", "count"))
    assert runs == [("changed", 1), ("unchanged", 4)]


def test_an_error_leaves_stock_untouched_and_says_what_to_do(website):
    monitor = make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5)))
    poll(website, AuthError("Invalid IP 203.0.113.9", code="ip_not_allowed", advice="Allow it."))
    monitor.refresh_from_db()
    assert monitor.quantity == 5
    assert StockRecord.objects.count() == 1
    assert events() == ["website_unreachable"]
    website.refresh_from_db()
    assert (website.health, website.last_advice) == ("auth_failed", "Allow it.")
    run = PollRun.objects.latest("id")
    assert (run.state, run.error_code, run.advice) == ("failed", "ip_not_allowed", "Allow it.")


def test_a_recovered_website_says_so_once(website):
    poll(website, AuthError("x"))
    poll(website, snapshot(reading(5)))
    poll(website, snapshot(reading(5)))
    assert events() == ["website_unreachable", "website_recovered"]


def test_an_empty_listing_changes_nothing(website):
    make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5)))
    result = poll(website, snapshot())
    assert result.error is not None
    assert result.error.code == "empty_catalogue"
    assert Monitor.objects.get().quantity == 5
    assert events() == []


def test_a_partial_listing_changes_nothing(website):
    make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5)))
    result = poll(website, snapshot(reading(0), is_complete=False))
    assert result.error is not None
    assert result.error.code == "partial_answer"
    assert Monitor.objects.get().quantity == 5


def test_a_failure_lengthens_the_wait_and_honours_retry_after(website):
    now = timezone.now()
    poll(website, UnreachableError("x", retry_after=900))
    website.refresh_from_db()
    assert website.next_poll_at >= now + timedelta(seconds=900)


def test_many_lost_products_wait_for_a_second_read(website):
    monitors = [make_monitor(website, product_id=str(n)) for n in range(10)]
    poll(website, snapshot(*[reading(5, product_id=str(n)) for n in range(10)]))
    half = [reading(5, product_id=str(n)) for n in range(5)]
    assert poll(website, snapshot(*half)).outcome == "quarantined"
    website.refresh_from_db()
    assert website.health == "quarantined"
    assert website.next_poll_at <= timezone.now() + timedelta(seconds=10)
    assert events() == ["snapshot_quarantined"]
    assert poll(website, snapshot(*half), later=9).outcome != "quarantined"
    poll(website, snapshot(*half), later=70)
    lost = Monitor.objects.get(pk=monitors[9].pk)
    assert (lost.quantity, lost.available, lost.status) == (None, None, "error")
    assert events().count("product_missing") == 5
    assert "sold_out" not in events()


def test_a_quarantined_snapshot_that_was_wrong_is_forgotten(website):
    for number in range(10):
        make_monitor(website, product_id=str(number))
    whole = [reading(5, product_id=str(n)) for n in range(10)]
    poll(website, snapshot(*whole))
    poll(website, snapshot(*whole[:3]))
    poll(website, snapshot(*whole), later=9)
    website.refresh_from_db()
    assert (website.health, website.quarantine) == ("ok", {})
    assert Monitor.objects.filter(quantity=5).count() == 10


def test_a_missing_product_returns_without_a_false_restock(website):
    monitor = make_monitor(website, product_id="1")
    make_monitor(website, product_id="2")
    both = [reading(5), reading(5, product_id="2")]
    poll(website, snapshot(*both))
    for _ in range(2):
        poll(website, snapshot(both[1]))
    monitor.refresh_from_db()
    assert (monitor.status, monitor.available) == ("error", None)
    poll(website, snapshot(*both))
    monitor.refresh_from_db()
    assert (monitor.status, monitor.quantity, monitor.missing_since) == ("active", 5, None)
    assert events() == ["product_missing"]


def test_one_absence_keeps_stock_and_is_read_again(website):
    make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5), reading(5, product_id="2")))
    poll(website, snapshot(reading(5, product_id="2")))
    website.refresh_from_db()
    assert website.applied_hash == ""
    assert Monitor.objects.get().quantity == 5


def test_a_product_the_shop_never_listed_asks_for_attention(website):
    monitor = make_monitor(website, product_id="99")
    poll(website, snapshot(reading(5)))
    monitor.refresh_from_db()
    assert monitor.status == "error"
    assert "does not list" in monitor.status_reason
    assert events() == []


def test_new_products_are_announced_after_the_first_listing(website):
    poll(website, snapshot(reading(5)))
    assert events() == []
    poll(website, snapshot(reading(5), reading(3, product_id="2", name="VPS 2")))
    event = MonitorHistory.objects.get()
    assert (event.event_type, event.monitor, event.metadata["product_id"]) == (
        "product_new",
        None,
        "2",
    )
    assert CatalogueProduct.objects.count() == 2


def test_a_threshold_changed_on_a_quiet_shop_is_evaluated(website):
    monitor = make_monitor(website, product_id="1", threshold_low=2)
    poll(website, snapshot(reading(5)))
    poll(website, Snapshot(is_unchanged=True, body_hash="1:abc"))
    monitor.refresh_from_db()
    monitor_update(monitor=monitor, threshold_low=8)
    (lease,) = take([website.pk], timezone.now(), only_queued=False)
    assert lease.applied_hash.startswith("!")
    outcome_record(lease, snapshot(reading(5)), timezone.now())
    assert events() == ["threshold_breach_low"]
    assert StockRecord.objects.count() == 1


def test_the_threshold_of_the_team_serves_monitors_without_one():
    website = make_website()
    website.team.low_stock_threshold = 4
    website.team.save()
    make_monitor(website, product_id="1")
    make_monitor(website, product_id="2", threshold_low=1)
    poll(website, snapshot(reading(5), reading(5, product_id="2")))
    poll(website, snapshot(reading(3), reading(3, product_id="2")))
    assert events().count("threshold_breach_low") == 1


def test_an_ambiguous_zero_alone_never_sells_a_product_out(website):
    monitor = make_monitor(website, product_id="1")
    poll(website, snapshot(ambiguous()))
    monitor.refresh_from_db()
    assert (monitor.quantity, monitor.available, monitor.first_read_at) == (None, None, None)
    poll(website, snapshot(reading(3)))
    poll(website, snapshot(ambiguous()))
    assert events() == ["sold_out"]


def test_a_paused_monitor_is_not_compared(website):
    make_monitor(website, product_id="1", status="paused")
    poll(website, snapshot(reading(5)))
    assert StockRecord.objects.count() == 0


def test_a_monitor_deleted_while_it_was_read_is_left_out(website):
    kept = make_monitor(website, product_id="1")
    gone = make_monitor(website, product_id="2")
    proof = {"source": "whmcs_api"}
    states = states_load(Monitor.objects.filter(website=website), website.pk)
    steps = [
        step_of(one, reading(5, product_id=one.product_id), source="whmcs_api", proof=proof)
        for one in states
    ]
    gone.delete()
    written = write_steps(
        website_id=website.pk,
        run_id=None,
        steps=[step for step in steps if step],
        now=timezone.now(),
    )
    assert written.changes == 1
    assert list(StockRecord.objects.values_list("monitor", flat=True)) == [kept.pk]
