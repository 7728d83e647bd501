from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring.models import MonitorHistory
from notifications.models import NotificationLog
from notifications.planning import LIMIT, all_plan, events_plan
from tests.factories import make_monitor, make_website
from tests.notifications.factories import (
    make_channel,
    make_event,
    make_notification,
    make_poll_events,
    subscribe,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def website():
    return make_website()


@pytest.fixture
def channel(website):
    channel = make_channel(website.team)
    subscribe(channel)
    return channel


def test_a_planned_event_is_a_pending_message_linked_to_it(website, channel):
    event = make_event(make_monitor(website))
    (pk,) = events_plan()
    row = NotificationLog.objects.get(pk=pk)
    assert (row.channel, row.status, row.group_key) == (channel, "pending", f"e{event.pk}")
    assert list(row.events.all()) == [event]
    event.refresh_from_db()
    assert event.planned_at is not None


def test_an_event_is_planned_once(website, channel):
    make_event(make_monitor(website))
    assert len(events_plan()) == 1
    assert events_plan() == []
    assert NotificationLog.objects.count() == 1


def test_an_event_set_back_to_unplanned_makes_no_second_message(website, channel):
    events = make_poll_events(website, 2)
    events_plan()
    later = make_channel(website.team)
    subscribe(later)
    MonitorHistory.objects.update(planned_at=None)
    make_event(make_monitor(website), poll_run=events[0].poll_run)
    events_plan()
    assert sorted(
        NotificationLog.objects.filter(channel=channel).values_list("group_key", flat=True)
    ) == [
        f"e{events[1].pk + 1}",
        f"p{events[0].poll_run_id}:{events[0].pk}",
    ]
    assert NotificationLog.objects.get(channel=later).events.count() == 3


def test_an_event_nobody_wants_is_planned_too():
    event = make_event()
    assert events_plan() == []
    event.refresh_from_db()
    assert event.planned_at is not None


def test_only_the_given_events_are_planned(website, channel):
    first, second = make_event(make_monitor(website)), make_event(make_monitor(website))
    events_plan([second.pk])
    first.refresh_from_db()
    assert first.planned_at is None


@pytest.mark.parametrize(
    ("channel_fields", "subscription_fields"),
    [({"is_active": False}, {}), ({}, {"is_active": False})],
)
def test_inactive_channels_and_subscriptions_get_nothing(
    website, channel_fields, subscription_fields
):
    subscribe(make_channel(website.team, **channel_fields), **subscription_fields)
    make_event(make_monitor(website))
    assert events_plan() == []


def test_another_team_gets_nothing(channel):
    make_event()
    assert events_plan() == []


def test_the_switches_of_the_monitor_are_obeyed(website, channel):
    monitor = make_monitor(website)  # purchases and prices are off from the start
    make_event(monitor, "stock_decreased")
    make_event(monitor, "price_changed")
    make_event(make_monitor(website, notify_on_sold_out=False))
    assert events_plan() == []
    make_event(make_monitor(website, notify_on_purchase=True), "stock_decreased")
    make_event(website=website, event_type="product_new")
    assert len(events_plan()) == 2


def test_scopes_are_read_from_the_tables(website):
    chosen, other = make_monitor(website), make_monitor(website)
    channel = make_channel(website.team)
    subscribe(channel, monitors=[chosen])
    elsewhere = make_channel(website.team)
    subscribe(elsewhere, websites=[make_website(website.team)])
    wanted = make_event(chosen)
    make_event(other)
    (pk,) = events_plan()
    assert list(NotificationLog.objects.get(pk=pk).events.all()) == [wanted]


def test_events_of_one_poll_are_one_message(website, channel):
    events = make_poll_events(website, 3)
    (pk,) = events_plan()
    row = NotificationLog.objects.get(pk=pk)
    assert row.notification_type == "batch"
    assert set(row.events.all()) == set(events)


def test_a_digest_waits_for_its_hour_and_takes_later_events_in(website):
    channel = make_channel(website.team)
    subscribe(channel, digest="hourly")
    now = timezone.now().replace(minute=10)
    make_event(make_monitor(website))
    (first,) = events_plan(now=now)
    make_event(make_monitor(website))
    assert events_plan(now=now) == [first]
    row = NotificationLog.objects.get()
    assert row.events.count() == 2
    assert row.release_at is not None
    assert row.next_attempt_at == row.release_at > now


def test_a_digest_that_was_given_up_is_followed_by_a_new_one(website):
    channel = make_channel(website.team)
    subscribe(channel, digest="hourly")
    make_event(make_monitor(website))
    events_plan()
    NotificationLog.objects.update(status="dead")
    make_event(make_monitor(website))
    (pk,) = events_plan()
    assert NotificationLog.objects.get(pk=pk).events.count() == 1
    assert NotificationLog.objects.count() == 2


def test_a_resent_message_does_not_stand_for_its_event(website, channel):
    original = make_notification(channel)
    event = original.events.get()
    again = make_notification(make_channel(website.team), resend_of=original)
    again.events.set([event])
    subscribe(again.channel)
    (pk,) = events_plan([event.pk])
    assert NotificationLog.objects.get(pk=pk).channel == again.channel


def test_all_plan_goes_on_until_nothing_is_left(website, channel, monkeypatch):
    monkeypatch.setattr("notifications.planning.LIMIT", 2)
    monitor = make_monitor(website)
    for _ in range(5):
        make_event(monitor)
    assert len(all_plan()) == 5
    assert LIMIT == 500
    assert not MonitorHistory.objects.unplanned().exists()


def _statements(website, count):
    make_poll_events(website, count)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        events_plan()
    return len(captured)


def test_the_number_of_statements_does_not_grow_with_events(website, channel):
    assert _statements(website, 1) == 10
    other = make_channel(website.team)
    subscribe(other, websites=[website])
    subscribe(other, monitors=[make_monitor(website)])
    few = _statements(website, 1)
    assert few <= 12
    assert _statements(website, 60) == few
