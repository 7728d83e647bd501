"""When people are told again of what is still open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from monitoring import tasks
from monitoring.alerting import Author
from monitoring.models import Alert, Monitor, MonitorHistory
from monitoring.services.alerts import alert_acknowledge
from monitoring.services.reminders import alerts_remind
from tests.factories import make_monitor, make_website, reading, snapshot
from tests.monitoring.polls import poll
from websites.models import Website
from websites.sources.errors import AuthError

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)
"""A Friday; clocks in Berlin go forward on Sunday."""


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def website(clock):
    website = make_website()
    team = website.team
    team.time_zone = "Europe/Berlin"
    team.save()
    return website


@pytest.fixture
def monitor(website):
    return make_monitor(website, product_id="1", threshold_low=5)


def see(website, *quantities):
    for quantity in quantities:
        poll(website, snapshot(reading(quantity), body_hash=f"1:{quantity}"))


def hours_of_reminders(clock, hours, *, step=timedelta(minutes=30)):
    """Ticks on; the moments at which somebody was reminded."""
    found = []
    now = datetime.now(UTC)
    for number in range(1, int(timedelta(hours=hours) / step) + 1):
        clock.move_to(now + number * step)
        found += [datetime.now(UTC)] * alerts_remind()
    return found


def reminders():
    return MonitorHistory.objects.filter(event_type="alert_reminder")


def test_what_stays_low_is_told_every_morning_of_the_team_across_a_change_of_clocks(
    website, monitor, clock
):
    see(website, 10, 3)
    told = hours_of_reminders(clock, 5 * 24)
    walls = [at.astimezone(ZoneInfo("Europe/Berlin")) for at in told]
    assert [(at.day, at.hour, at.minute) for at in walls] == [
        (29, 9, 0), (30, 9, 0), (31, 9, 0), (1, 9, 0),
    ]  # fmt: skip
    alert = Alert.objects.get()
    assert (alert.reminder_count, alert.last_sent_at) == (4, told[-1])


def test_hourly_teams_are_reminded_when_a_day_has_passed(website, monitor, clock):
    website.team.reminders = "hourly"
    website.team.save()
    clock.move_to(START + timedelta(minutes=50))
    see(website, 10, 3)
    told = hours_of_reminders(clock, 50, step=timedelta(minutes=10))
    assert told == [START + timedelta(days=n, hours=1) for n in (1, 2)]


def test_a_team_may_want_no_reminders(website, monitor, clock):
    website.team.reminders = "off"
    website.team.save()
    see(website, 10, 3)
    assert hours_of_reminders(clock, 72) == []


def test_a_reminder_says_what_is_left_now(website, monitor, clock):
    see(website, 10, 3, 2)
    hours_of_reminders(clock, 48)
    event = reminders().first()
    assert event is not None
    assert (event.to_quantity, event.threshold_value, event.monitor) == (2, 5, monitor)
    assert (event.alert, event.metadata["cause"]) == (Alert.objects.get(), "low")


def test_an_acknowledged_alert_is_not_told_again(website, monitor, clock):
    see(website, 10, 3)
    alert_acknowledge(alert=Alert.objects.get(), author=Author("user", None, "ada"))
    assert hours_of_reminders(clock, 72) == []


def test_a_resolved_alert_is_not_told_again(website, monitor, clock):
    see(website, 10, 3, 9)
    assert hours_of_reminders(clock, 72) == []


def test_an_alert_that_came_again_is_reminded_of_at_the_slot_of_the_first(website, monitor, clock):
    see(website, 10, 3, 9)
    slot = Alert.objects.get().next_alert_at
    clock.move_to(START + timedelta(hours=10))
    see(website, 3)
    assert hours_of_reminders(clock, 40)[0] == slot


def test_what_was_low_at_the_first_reading_is_told_by_the_first_reminder(website, monitor, clock):
    see(website, 3)
    assert len(hours_of_reminders(clock, 48)) == 1


INHIBITED = {
    "the website is down": lambda website, monitor: poll(website, AuthError("x")),
    "the website is paused": lambda website, monitor: Website.objects.update(is_active=False),
    "nothing is left": lambda website, monitor: see(website, 0),
    "the product is missing": lambda website, monitor: Monitor.objects.update(
        status="error", quantity=None, available=None
    ),
    "the stock is unknown": lambda website, monitor: Monitor.objects.update(quantity=None),
}


@pytest.mark.parametrize("trouble", INHIBITED.values(), ids=INHIBITED)
def test_a_low_alert_waits_for_another_slot_while(website, monitor, clock, trouble):
    see(website, 10, 3)
    trouble(website, monitor)
    hours_of_reminders(clock, 48)
    assert "low" not in [event.metadata["cause"] for event in reminders()]
    alert = Alert.objects.get(kind="low")
    assert alert.next_alert_at is not None
    assert alert.next_alert_at > datetime.now(UTC)
    assert alert.last_sent_at == START


def test_a_website_that_stays_down_is_told_again(website, clock):
    poll(website, AuthError("x"))
    assert len(hours_of_reminders(clock, 48)) == 1


def test_an_alert_whose_monitor_was_deleted_roughly_ends(website, monitor, clock):
    see(website, 10, 3)
    Monitor.objects.all().delete()
    assert hours_of_reminders(clock, 48) == []
    assert Alert.objects.get().resolve_reason == "deleted"


def test_another_hour_holds_from_the_next_reminder_on(website, monitor, clock):
    see(website, 10, 3)
    website.team.reminder_hour = 18
    website.team.save()
    (told,) = hours_of_reminders(clock, 30)
    assert told.astimezone(ZoneInfo("Europe/Berlin")).hour == 18


def test_a_reminder_that_comes_late_keeps_a_day_to_the_next(website, monitor, clock):
    see(website, 10, 3)
    clock.move_to(START + timedelta(days=2, hours=5))
    assert alerts_remind() == 1
    (after, *_) = hours_of_reminders(clock, 72)
    assert after - (START + timedelta(days=2, hours=5)) >= timedelta(hours=22)
    assert after.astimezone(ZoneInfo("Europe/Berlin")).hour == 9


def test_nothing_due_costs_one_look(website, monitor, clock):
    see(website, 10, 3)
    with CaptureQueriesContext(connection) as queries:
        assert tasks.remind() == 0
    assert len(queries) == 1


def test_many_are_told_of_in_a_handful_of_statements(website, clock):
    for number in range(40):
        make_monitor(website, product_id=str(number), threshold_low=5)
    poll(website, snapshot(*[reading(3, product_id=str(n)) for n in range(40)]))
    clock.move_to(START + timedelta(days=2))
    with CaptureQueriesContext(connection) as queries:
        assert alerts_remind() == 40
    own = [q for q in queries if "alert" in q["sql"]]
    assert len(own) <= 8, own


def test_a_call_leaves_the_rest_to_the_next_one(website, clock, monkeypatch):
    monkeypatch.setattr("monitoring.services.reminders.BATCH_SIZE", 2)
    monkeypatch.setattr("monitoring.services.reminders.BATCHES", 2)
    for number in range(5):
        make_monitor(website, product_id=str(number), threshold_low=5)
    poll(website, snapshot(*[reading(3, product_id=str(n)) for n in range(5)]))
    clock.shift(timedelta(days=2))
    assert [alerts_remind(), alerts_remind(), alerts_remind()] == [4, 1, 0]
