"""Several workers, tickers and people at once, each with a connection of its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import Team
from common.errors import ConflictError
from monitoring.alerting import Author, Opening
from monitoring.choices import AlertKind
from monitoring.models import Alert, Monitor, MonitorHistory
from monitoring.services.alerts import alert_acknowledge, alerts_check
from monitoring.services.alertwriting import Wanted, alerts_open
from monitoring.services.ingest import stock_push
from monitoring.services.monitors import monitor_update
from monitoring.services.reminders import alerts_remind, slots_reset
from monitoring.services.stepping import states_load, step_of
from monitoring.services.stockwriting import write_steps
from tests.factories import make_monitor, make_website, reading, snapshot
from tests.monitoring.polls import poll
from tests.monitoring.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def website():
    return make_website()


@pytest.fixture
def monitor(website):
    monitor = make_monitor(website, product_id="1", threshold_low=5)
    poll(website, snapshot(reading(10)))
    return monitor


def told(event_type):
    return MonitorHistory.objects.filter(event_type=event_type).count()


def test_two_workers_that_record_one_fall_open_one_alert(website, monitor):
    def record():
        (state,) = states_load(Monitor.objects.filter(pk=monitor.pk), website.pk)
        step = step_of(state, reading(3), source="whmcs_api", proof={})
        if step is None:
            return 0
        with transaction.atomic():
            return write_steps(
                website_id=website.pk, run_id=None, steps=[step], now=timezone.now()
            ).changes

    assert sum(at_once(2, record)) == 1
    assert Alert.objects.count() == told("alert_opened") == told("threshold_breach_low") == 1


def test_of_two_that_open_at_once_the_constraint_lets_one(website, monitor):
    wanted = [Wanted(monitor.pk, "VPS 1", Opening(AlertKind.LOW, 3, 5, is_crossing=True))]

    def open_it():
        with transaction.atomic():
            return len(alerts_open(website_id=website.pk, wanted=wanted, now=timezone.now()))

    assert sorted(at_once(2, open_it)) == [0, 1]
    assert Alert.objects.count() == 1


def test_four_tickers_tell_each_alert_once(website):
    for number in range(30):
        make_monitor(website, product_id=str(number), threshold_low=5)
    poll(website, snapshot(*[reading(3, product_id=str(n)) for n in range(30)]))
    later = timezone.now() + timedelta(days=2)
    assert sum(at_once(4, lambda: alerts_remind(later))) == 30
    assert told("alert_reminder") == 30
    assert set(Alert.objects.values_list("reminder_count", flat=True)) == {1}


def test_of_two_people_who_acknowledge_one_does(website, monitor):
    poll(website, snapshot(reading(3), body_hash="1:b"))

    def acknowledge():
        try:
            alert_acknowledge(alert=Alert.objects.get(), author=Author("user", None, "ada"))
        except ConflictError:
            return False
        return True

    assert sorted(at_once(2, acknowledge)) == [False, True]
    assert told("alert_acknowledged") == 1


def test_polls_checks_pushes_and_edits_at_once_do_not_lock_each_other_out():
    shelf = make_website(source="manual", url="", credentials={})
    items = [make_monitor(shelf, threshold_low=5) for _ in range(5)]
    for item in items:
        stock_push(monitor=item, quantity=9)
    numbers = iter(range(1000))

    def work():
        turn = next(numbers)
        for item in items:
            if turn % 3 == 0:
                stock_push(monitor=item, quantity=1 + turn % 9)
            elif turn % 3 == 1:
                alerts_check(monitors=Monitor.objects.filter(website=shelf))
            else:
                monitor_update(monitor=Monitor.objects.get(pk=item.pk), threshold_low=turn % 7)
        return True

    assert at_once(6, work) == [True] * 6
    alerts_check(monitors=Monitor.objects.filter(website=shelf))
    for item in Monitor.objects.all():
        is_low = (item.quantity or 0) < (item.threshold_low or 0)
        assert Alert.objects.unresolved().filter(monitor=item, kind="low").exists() == is_low


def test_flips_checks_and_other_hours_for_reminders_at_once_do_not_lock_each_other_out(website):
    products = [str(number) for number in range(20)]
    for product_id in products:
        make_monitor(website, product_id=product_id, threshold_low=5)
    poll(website, snapshot(*[reading(9, product_id=one) for one in products]))
    roles = iter(range(4))

    def work():
        role, team = next(roles), Team.objects.get()
        for turn in range(10):
            if role == 0:
                stock = [reading(9 * (turn % 2), product_id=one) for one in products]
                poll(website, snapshot(*stock, body_hash=f"2:{turn}"))
            elif role == 1:
                team.reminder_hour = turn % 24
                slots_reset(team=team)
            else:
                alerts_check(team=team)
        return True

    assert at_once(4, work) == [True] * 4
