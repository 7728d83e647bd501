"""What was silenced was told to nobody, so it hides nothing from anybody."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from monitoring.alerting import Author
from monitoring.models import Alert, MonitorHistory
from monitoring.services.reminders import alerts_remind
from monitoring.services.silences import silence_create
from tests.factories import make_monitor, make_website, reading, snapshot
from tests.monitoring.polls import alert_events, poll

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 27, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


@pytest.fixture
def website(clock):
    return make_website(labels=["eu"])


@pytest.fixture
def monitor(website):
    return make_monitor(website, product_id="1", threshold_low=5, labels=["vps"])


def see(website, *quantities):
    for quantity in quantities:
        poll(website, snapshot(reading(quantity), body_hash=f"1:{quantity}"))


def silence(website, hours=1, **fields):
    return silence_create(
        team=website.team,
        author=Author("user", None, "ada"),
        ends_at=datetime.now(UTC) + hours * HOUR,
        **fields,
    )


@pytest.mark.parametrize("fields", [{}, {"label": "eu"}, {"label": "vps"}])
def test_what_opens_in_a_silence_is_told_when_it_comes_again_after_it(
    website, monitor, clock, fields
):
    see(website, 10)
    silence(website, **fields)
    see(website, 3, 9)
    clock.shift(2 * HOUR)
    see(website, 2)
    assert alert_events()[-1] == ("opened", "low", "")
    assert Alert.objects.latest("pk").last_sent_at == datetime.now(UTC)


@pytest.mark.parametrize(
    "fields", [{"label": "us"}, {"event_types": ["threshold_breach_low"]}], ids=str
)
def test_a_silence_that_leaves_somebody_to_hear_it_counts_as_told(website, monitor, clock, fields):
    see(website, 10)
    silence(website, **fields)
    see(website, 3, 9)
    clock.shift(2 * HOUR)
    see(website, 2)
    assert alert_events()[-1] == ("opened", "low", "dedupe")


def test_the_first_slot_after_a_silence_tells_of_what_opened_in_it(website, monitor, clock):
    see(website, 10)
    silence(website)
    see(website, 3)
    assert Alert.objects.get().next_alert_at == START.replace(day=28, hour=9)


def test_a_silenced_reminder_is_recorded_but_nobody_was_told(website, monitor, clock):
    see(website, 10, 3)
    clock.move_to(START.replace(day=29, hour=9))
    silence(website)
    assert alerts_remind() == 1
    assert MonitorHistory.objects.filter(event_type="alert_reminder").count() == 1
    alert = Alert.objects.get()
    assert (alert.last_sent_at, alert.reminder_count) == (START, 0)
    assert alert.next_alert_at == START.replace(day=30, hour=9)
