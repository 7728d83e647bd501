"""What readings do to alerts."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring.models import Alert, MonitorHistory, PollRun
from monitoring.services.leases import take
from monitoring.services.recording import outcome_record
from tests.factories import ambiguous, make_monitor, make_website, reading, snapshot
from tests.monitoring.polls import alert_events, events, poll, statements, website
from websites.sources.errors import AuthError, UnreachableError

__all__ = ["website"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def monitor(website):
    return make_monitor(website, product_id="1", threshold_low=5)


def see(website, *quantities, later=0):
    """One poll for each number."""
    for quantity in quantities:
        poll(website, snapshot(reading(quantity), body_hash=f"1:{quantity}"), later=later)


def unresolved():
    return set(Alert.objects.unresolved().values_list("kind", flat=True))


def test_falling_below_the_threshold_opens_an_alert_that_the_restock_resolves(website, monitor):
    see(website, 10, 3)
    alert = Alert.objects.get()
    assert (alert.kind, alert.status, alert.quantity, alert.threshold, alert.subject) == (
        "low", "open", 3, 5, "VPS 1",
    )  # fmt: skip
    assert alert.last_sent_at == alert.opened_at
    see(website, 7)
    alert.refresh_from_db()
    assert (alert.status, alert.resolve_reason) == ("resolved", "recovered")
    assert alert.resolved_at is not None
    assert alert_events() == [("opened", "low", ""), ("resolved", "low", "")]


def test_the_time_line_of_an_alert_holds_the_events_that_caused_and_ended_it(website, monitor):
    see(website, 10, 3, 4, 9)
    alert = Alert.objects.get()
    told = alert.history.order_by("id").values_list("event_type", flat=True)
    assert list(told) == [
        "threshold_breach_low", "alert_opened", "threshold_recovered", "alert_resolved",
    ]  # fmt: skip
    opened = alert.history.get(event_type="alert_opened")
    assert opened.metadata["author"] == {"kind": "system", "id": None, "name": ""}
    assert (opened.to_quantity, opened.threshold_value, opened.monitor) == (3, 5, monitor)


def test_the_threshold_itself_is_not_low(website, monitor):
    see(website, 10, 5)
    assert not Alert.objects.exists()


def test_nothing_left_is_another_alert_and_leaves_the_low_one_open(website, monitor):
    see(website, 10, 3, 0)
    assert unresolved() == {"low", "out_of_stock"}
    see(website, 2)
    assert unresolved() == {"low"}
    see(website, 20)
    assert unresolved() == set()
    sold, back = (MonitorHistory.objects.get(event_type=kind) for kind in ("sold_out", "restocked"))
    assert sold.alert == back.alert == Alert.objects.get(kind="out_of_stock")


def test_a_jump_to_nothing_opens_no_low_alert_until_a_little_is_left(website, monitor):
    see(website, 10, 0)
    assert unresolved() == {"out_of_stock"}
    see(website, 2)
    assert unresolved() == {"low"}
    assert events() == ["sold_out", "restocked"]


def test_too_much_is_an_alert_of_its_own(website):
    make_monitor(website, product_id="1", threshold_high=20)
    see(website, 10, 21)
    assert unresolved() == {"high"}
    see(website, 20)
    assert unresolved() == set()


def test_no_threshold_no_alert(website):
    make_monitor(website, product_id="1")
    see(website, 10, 1, 0, 5)
    assert not Alert.objects.exists()


def test_what_was_low_at_the_first_reading_opens_silently(website, monitor):
    see(website, 3)
    alert = Alert.objects.get()
    assert alert.last_sent_at is None
    assert alert.next_alert_at is not None
    assert alert.next_alert_at > alert.opened_at
    assert alert_events() == [("opened", "low", "baseline")]


def test_an_alert_that_comes_again_within_a_day_is_not_told_again(website, monitor):
    see(website, 10, 3, 9)
    first = Alert.objects.get()
    see(website, 2, later=3600)
    second = Alert.objects.unresolved().get()
    assert (second.next_alert_at, second.last_sent_at) == (first.next_alert_at, first.last_sent_at)
    breach = MonitorHistory.objects.filter(event_type="threshold_breach_low").latest("id")
    assert (breach.alert, breach.suppressed) == (second, "dedupe")
    see(website, 9, later=7200)
    assert alert_events()[2:] == [("opened", "low", "dedupe"), ("resolved", "low", "dedupe")]
    see(website, 2, later=25 * 3600)
    assert alert_events()[-1] == ("opened", "low", "")


def test_an_alert_a_day_after_the_telling_is_told_though_it_came_again_before(website, monitor):
    for hours, quantity in ((0, 10), (0, 3), (5, 9), (10, 3), (15, 9), (23, 3), (24, 9)):
        see(website, quantity, later=hours * 3600)
    assert [told[2] for told in alert_events() if told[0] == "opened"] == ["", "dedupe", "dedupe"]
    see(website, 3, later=24 * 3600 + 60)
    assert alert_events()[-1] == ("opened", "low", "")


def test_sold_out_and_restocked_are_told_each_time(website, monitor):
    see(website, 10, 0, 8, 0, 8)
    flips = MonitorHistory.objects.filter(event_type__in=["sold_out", "restocked"])
    assert list(flips.values_list("suppressed", flat=True)) == ["", "", "", ""]
    opened = [told[2] for told in alert_events() if told[0] == "opened"]
    assert opened == ["", "dedupe"]


DOUBTFUL = {
    "an error": UnreachableError("x"),
    "a refusal": AuthError("x"),
    "nothing": snapshot(),
    "a part": snapshot(reading(0), is_complete=False),
    "an unknown zero": snapshot(ambiguous(), reading(5, product_id="2")),
    "two that disagree": snapshot(reading(1, is_conflict=True)),
}


@pytest.mark.parametrize("outcome", DOUBTFUL.values(), ids=DOUBTFUL)
@pytest.mark.parametrize(("stock", "kinds"), [(9, set()), (3, {"low"}), (0, {"out_of_stock"})])
def test_what_is_not_believed_opens_and_resolves_nothing(website, monitor, outcome, stock, kinds):
    monitor.zero_means = "auto"
    see(website, 20, stock)
    assert unresolved() == kinds
    if outcome is DOUBTFUL["an unknown zero"]:
        type(monitor).objects.update(positive_source="")
    poll(website, outcome)
    assert unresolved() - {"unreachable"} == kinds


def test_a_quarantined_reading_opens_nothing(website):
    for number in range(10):
        make_monitor(website, product_id=str(number), threshold_low=5)
    poll(website, snapshot(*[reading(9, product_id=str(n)) for n in range(10)]))
    assert poll(website, snapshot(reading(1, product_id="0"))).outcome == "quarantined"
    assert not Alert.objects.exists()


def test_a_product_that_is_missing_keeps_its_alert(website, monitor):
    make_monitor(website, product_id="2")
    poll(website, snapshot(reading(9), reading(9, product_id="2"), body_hash="1:a"))
    poll(website, snapshot(reading(3), reading(9, product_id="2"), body_hash="1:b"))
    for _ in range(2):
        poll(website, snapshot(reading(9, product_id="2"), body_hash="1:c"))
    assert events()[-1] == "product_missing"
    assert unresolved() == {"low"}


def test_stock_that_is_no_longer_counted_resolves_a_low_alert(website, monitor):
    see(website, 9, 3, None)
    assert unresolved() == set()


def test_a_website_that_goes_down_has_an_alert_until_it_answers(website):
    poll(website, AuthError("x", advice="Allow it."))
    poll(website, AuthError("x"))
    alert = Alert.objects.get()
    assert (alert.kind, alert.monitor, alert.subject) == ("unreachable", None, website.name)
    poll(website, snapshot(reading(5)))
    poll(website, snapshot(reading(5)))
    alert.refresh_from_db()
    assert (alert.status, alert.resolve_reason) == ("resolved", "recovered")
    told = alert.history.order_by("id").values_list("event_type", flat=True)
    assert list(told) == [
        "website_unreachable", "alert_opened", "website_recovered", "alert_resolved",
    ]  # fmt: skip


def test_a_run_counts_the_events_of_its_alerts(website, monitor):
    see(website, 10, 3)
    run = PollRun.objects.latest("id")
    assert run.events == MonitorHistory.objects.filter(poll_run=run).count() == 3


def test_the_first_reminder_is_due_at_the_hour_of_the_team(website, monitor):
    website.team.time_zone, website.team.reminder_hour = "Asia/Shanghai", 8
    website.team.save()
    see(website, 10, 3)
    alert = Alert.objects.get()
    assert alert.next_alert_at is not None
    assert alert.next_alert_at.hour == 0
    assert timedelta(hours=23) < alert.next_alert_at - alert.opened_at < timedelta(hours=48)


def test_other_teams_have_alerts_of_their_own(website, monitor):
    other = make_website()
    make_monitor(other, product_id="1", threshold_low=5)
    see(website, 10, 3)
    see(other, 10, 3)
    assert [told[2] for told in alert_events()] == ["", ""]


def test_the_statements_of_a_poll_do_not_grow_with_its_alerts(website):
    """Sixty open, then sixty resolve and sixty others open."""
    for number in range(60):
        make_monitor(website, product_id=str(number), threshold_low=5)

    def cost(quantity):
        (lease,) = take([website.pk], timezone.now(), only_queued=False)
        listing = [reading(quantity, product_id=str(n)) for n in range(60)]
        with CaptureQueriesContext(connection) as queries:
            outcome_record(lease, snapshot(*listing, body_hash=f"1:{quantity}"), timezone.now())
        return len(statements(queries))

    cost(9)
    assert cost(3) <= 16
    assert cost(0) <= 16
    assert cost(9) <= 16
    assert Alert.objects.count() == 120


def test_in_the_margin_of_the_hysteresis_no_alert_is_opened():
    website = make_website()
    make_monitor(website, product_id="1", threshold_low=5, hysteresis=3)
    see(website, 10, 0, 6)
    assert ("opened", "low", "") not in alert_events()
    see(website, 4, later=10)
    assert alert_events()[-1] == ("opened", "low", "")
