"""The clock is set: nothing is told again, and nothing waits for a time that was wrong."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from monitoring.models import Alert, Monitor, MonitorHistory
from monitoring.services.clock import times_mend as monitoring_mend
from monitoring.services.leases import take
from notifications.models import Channel, NotificationLog, TelegramBot
from notifications.services.claiming import claim
from notifications.services.clock import times_mend as notifications_mend
from runtime import core, heartbeats
from runtime.models import Heartbeat
from runtime.schedules import schedules_ensure
from tests.chaos.work import drain, live
from tests.factories import make_website
from tests.notifications.factories import make_channel, make_event, make_notification
from websites.models import HostBudget, Website

pytestmark = pytest.mark.django_db(transaction=True)

DAYS = timedelta(days=2)
FAR = timedelta(days=2, hours=1)


def told(world):
    """Type of event -> how often it was told, alone or among others."""
    bodies = [message.json() for message in world.messages("webhook")]
    return Counter(event["type"] for body in bodies for event in body["data"].get("events", [body]))


def test_a_jump_of_two_days_tells_every_open_alert_once_and_nothing_twice(
    clock, world, shop, website
):
    Monitor.objects.update(threshold_low=10)
    shop.set_stock(1, 3)
    live(clock, seconds=10)
    before = told(world)
    assert before["stock.low"] == 1
    clock.shift(DAYS)
    live(clock, seconds=60)
    assert told(world) - before == Counter({"alert.reminder": 1})
    subjects = [message.subject for message in world.messages("webhook")]
    assert len(set(subjects)) == len(subjects)


@pytest.mark.parametrize("back", [timedelta(hours=1), DAYS])
def test_after_a_jump_back_shops_are_read_and_messages_sent_as_if_nothing_was(
    clock, world, shop, website, back
):
    clock.shift(back)
    live(clock, seconds=10)
    clock.shift(-back)
    shop.set_stock(1, 49)
    live(clock, seconds=15)
    assert told(world) == {"stock.purchased": 1}
    live(clock, seconds=60)
    assert told(world) == {"stock.purchased": 1}


def test_a_reminder_that_was_told_in_the_future_comes_again_within_two_days(
    clock, world, shop, website
):
    Monitor.objects.update(threshold_low=10)
    shop.set_stock(1, 3)
    live(clock, seconds=10)
    clock.shift(DAYS)
    live(clock, seconds=30)
    clock.shift(-DAYS)
    live(clock, seconds=30)
    count = told(world)["alert.reminder"]
    now = timezone.now()
    near = Alert.objects.filter(last_sent_at__lte=now, next_alert_at__lte=now + timedelta(days=2))
    assert near.get().kind == "low"
    clock.shift(DAYS)
    live(clock, seconds=30)
    assert (count, told(world)["alert.reminder"]) == (1, 2)


def test_leases_and_pauses_of_the_future_end_when_right_ones_would(clock):
    far = timezone.now() + FAR
    website = make_website(poll_interval=30)
    Website.objects.update(
        next_poll_at=far, lease_expires_at=far, queued_at=far, last_polled_at=far
    )
    HostBudget.objects.create(host="a", next_at=far, busy_until=far)
    TelegramBot.objects.create(token_hash="a", lease_expires_at=far)
    row = make_notification(make_channel(paused_until=far))
    NotificationLog.objects.update(status="sending", claimed_until=far, claim_token="dead")
    held = make_notification(row.channel, next_attempt_at=far)
    NotificationLog.objects.filter(pk=held.pk).update(updated_at=far)
    monitoring_mend(timezone.now())
    notifications_mend(timezone.now())

    website.refresh_from_db()
    assert website.next_poll_at <= timezone.now() + timedelta(seconds=30)
    clock.shift(180)
    assert [lease.website_id for lease in take([website.pk], timezone.now(), only_queued=False)]
    assert TelegramBot.objects.filter(lease_expires_at__lte=timezone.now()).exists()
    clock.shift(3600)
    assert HostBudget.objects.get().next_at <= timezone.now()
    clock.shift(86_400)
    assert Channel.objects.filter(paused_until__lte=timezone.now()).exists()
    assert claim(ids=[held.pk], limit=1, now=timezone.now())
    NotificationLog.objects.filter(pk=held.pk).delete()
    assert claim(ids=[row.pk], limit=1, now=timezone.now())


def test_what_is_as_it_should_be_stays(clock):
    now = timezone.now()
    soon = now + timedelta(seconds=20)
    make_website(poll_interval=30, next_poll_at=soon, lease_expires_at=soon, last_polled_at=now)
    row = make_notification(make_channel(paused_until=soon), next_attempt_at=now + FAR)
    monitoring_mend(timezone.now())
    notifications_mend(timezone.now())
    website = Website.objects.get(poll_interval=30)
    assert (website.next_poll_at, website.lease_expires_at) == (soon, soon)
    assert website.last_polled_at == now
    row.refresh_from_db()
    assert row.next_attempt_at == now + FAR
    assert row.channel.paused_until == soon


def test_events_schedules_tasks_and_signs_of_life_of_the_future_are_taken_care_of(clock, world):
    far = timezone.now() + FAR
    event = make_event(created_at=far)
    schedules_ensure()
    Schedule.objects.update(next_run=far)
    OrmQ.objects.create(key="poll", payload="x", lock=far)
    heartbeats.beat("poll", far, instance="dead")
    heartbeats.beat(heartbeats.TICKER, far)
    core.tick()
    event.refresh_from_db()
    assert event.planned_at is not None
    assert not OrmQ.objects.filter(lock__gt=timezone.now()).exists()
    assert not Heartbeat.objects.filter(beat_at__gt=timezone.now()).exists()
    minutes = Schedule.objects.get(name="monitoring.run_cycle")
    assert minutes.next_run <= timezone.now() + timedelta(minutes=1)
    assert not Schedule.objects.filter(next_run__gt=timezone.now() + timedelta(days=1)).exists()


def test_clocks_that_differ_a_little_mend_nothing_and_those_that_differ_for_good_do_so_seldom(
    clock, monkeypatch
):
    mended: list[datetime] = []
    monkeypatch.setattr("monitoring.services.clock.times_mend", mended.append)
    for _ in range(3):
        heartbeats.beat(heartbeats.TICKER, timezone.now() + timedelta(minutes=4))
        core.tick()
    assert mended == []
    for _ in range(3):
        heartbeats.beat(heartbeats.TICKER, timezone.now() + timedelta(minutes=6))
        core.tick()
    assert len(mended) == 1


def test_flips_that_lie_in_the_future_do_not_make_a_product_flap(clock, shop, website, settings):
    settings.FLAP_FLIPS, settings.FLAP_WINDOW_SECONDS = 3, 600
    clock.shift(DAYS)
    for stock in (0, 5):
        shop.set_stock(1, stock)
        live(clock, seconds=10)
    clock.shift(-DAYS)
    shop.set_stock(1, 0)
    live(clock, seconds=15)
    kinds = list(MonitorHistory.objects.values_list("event_type", flat=True))
    assert kinds.count("sold_out") == 2
    assert "monitor_flapping" not in kinds
    drain()
