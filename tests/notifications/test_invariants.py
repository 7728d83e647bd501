"""The invariants of the house that notifications answer for (docs/architecture.md)."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone
from django_q.models import OrmQ

from common.patience import wait_for_background
from monitoring.models import MonitorHistory
from notifications import planning, tasks
from notifications.channels.base import Receipt
from notifications.channels.errors import DeliveryError
from notifications.models import Channel, NotificationLog
from notifications.planning import events_plan
from notifications.services import outbox
from notifications.services.claiming import LEASE_SECONDS, MAX_ATTEMPTS, claim
from notifications.services.outbox import deliver
from notifications.services.outcomes import Settled, Untried
from notifications.services.settling import settle
from notifications.services.sweeping import Gate, gates, sweep
from tests.factories import make_monitor, make_website
from tests.notifications.factories import (
    SECRET,
    TOKEN,
    make_channel,
    make_event,
    make_notification,
    make_poll_events,
    subscribe,
)

pytestmark = pytest.mark.django_db(transaction=True)

AFTER_LEASE = timedelta(seconds=LEASE_SECONDS + 1)


@pytest.fixture
def channel(world):
    return make_channel(url=world.webhook_url("ops"))


def at_once(count, work):
    """Runs `work` in threads that start together, each with a connection of its own."""
    barrier, results, failures = threading.Barrier(count), [], []

    def run():
        try:
            barrier.wait(timeout=5)
            results.append(work())
        except Exception as error:  # shown by the assertion below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert failures == []
    return results


# --- 2: every event is planned exactly once --------------------------------------------------


def test_two_planners_at_once_plan_each_event_once():
    website = make_website()
    subscribe(make_channel(website.team))
    for _ in range(6):
        make_poll_events(website, 5)
    at_once(4, events_plan)
    assert not MonitorHistory.objects.unplanned().exists()
    links = NotificationLog.events.through.objects.values_list("monitorhistory_id", flat=True)
    assert sorted(links) == sorted(MonitorHistory.objects.values_list("pk", flat=True))


def test_two_planners_at_once_fill_one_digest():
    website = make_website()
    subscribe(make_channel(website.team), digest="daily")
    for _ in range(8):
        make_event(make_monitor(website))
    at_once(4, planning.all_plan)
    tasks.plan()
    assert NotificationLog.objects.get().events.count() == 8


def test_planning_that_dies_half_way_leaves_nothing_half_done(monkeypatch):
    website = make_website()
    subscribe(make_channel(website.team))
    event = make_event(make_monitor(website))

    def die(**_given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(planning, "groups_owe", die)
        with pytest.raises(KeyboardInterrupt):
            events_plan()
    event.refresh_from_db()
    assert event.planned_at is None
    assert len(events_plan()) == 1


# --- 3: a message owed is sent or ends visibly dead ------------------------------------------


def test_a_worker_killed_between_commit_and_planning_loses_nothing(world, channel, queued):
    website = make_website(channel.team)
    subscribe(channel)
    make_event(make_monitor(website), created_at=timezone.now() - timedelta(seconds=3))
    sweep()
    assert queued == ["notifications.tasks.plan"]
    tasks.plan()
    assert len(world.messages("webhook")) == 1


def test_a_worker_killed_between_claim_and_settling_sends_again_once_with_the_same_id(
    world, channel
):
    row = make_notification(channel)
    now = timezone.now()
    (held,) = claim(ids=None, limit=1, now=now)  # and here the worker dies
    assert held.id == row.pk
    assert deliver(now=now + timedelta(seconds=5)).claimed == 0
    assert deliver(now=now + AFTER_LEASE).sent == 1
    assert deliver(now=now + 2 * AFTER_LEASE).claimed == 0
    (received,) = world.messages("webhook")
    assert received.headers["webhook-id"] == str(row.public_id)
    row.refresh_from_db()
    assert (row.status, row.retry_count) == ("sent", 2)


def test_a_late_outcome_of_a_lost_claim_is_dropped(world, channel):
    row = make_notification(channel)
    now = timezone.now()
    (zombie,) = claim(ids=None, limit=1, now=now)
    (fresh,) = claim(ids=None, limit=1, now=now + AFTER_LEASE)
    failures = DeliveryError("x"), DeliveryError("x", disables_channel=True), Untried(0.0)
    for outcome in (Receipt(provider_id="zombie"), *failures):
        assert settle(zombie, outcome) is Settled.LOST
    row.refresh_from_db()
    channel.refresh_from_db()
    assert (row.status, row.provider_id, channel.is_active) == ("sending", "", True)
    assert settle(fresh, Receipt(provider_id="fresh")) is Settled.SENT
    assert settle(zombie, Receipt(provider_id="zombie")) is Settled.LOST
    row.refresh_from_db()
    assert row.provider_id == "fresh"


def test_a_message_that_kills_its_sender_each_time_ends_dead(world, channel):
    row = make_notification(channel)
    now = timezone.now()
    for _ in range(MAX_ATTEMPTS):
        assert len(claim(ids=None, limit=1, now=now)) == 1
        now += AFTER_LEASE
    deliver(now=now)
    row.refresh_from_db()
    assert (row.status, row.error_code) == ("dead", "sender_died")
    assert world.messages("webhook") == []


def test_a_message_that_kills_its_sender_takes_no_other_down(world, channel):
    """It alone is under way, whatever else waits, and the others do not wait for it for long."""
    poison, *others = [make_notification(channel) for _ in range(3)]
    now = timezone.now()
    assert len(claim(ids=None, limit=20, now=now)) == 3
    now += AFTER_LEASE
    fresh = make_notification(make_channel(url=world.webhook_url("else")))

    def claimed():
        return [each.id for each in claim(ids=None, limit=20, now=now)]

    assert [claimed() for _ in range(3)] == [[fresh.pk], [poison.pk], []]  # and ends its sender
    now += AFTER_LEASE
    NotificationLog.objects.filter(pk=fresh.pk).delete()
    apart = []
    while ids := claimed():
        apart.append(ids)
        NotificationLog.objects.filter(pk__in=ids).update(status="sent")
    assert apart == [[others[0].pk], [others[1].pk], [poison.pk]]


def test_two_deliverers_at_once_send_each_message_once(world, channel):
    rows = [make_notification(channel) for _ in range(30)]
    at_once(3, lambda: outbox.deliver_all(seconds=20))
    assert wait_for_background(10)
    ids = [received.headers["webhook-id"] for received in world.messages("webhook")]
    assert sorted(ids) == sorted(str(row.public_id) for row in rows)
    assert set(NotificationLog.objects.values_list("status", "retry_count")) == {("sent", 1)}


def test_a_slow_message_is_settled_by_the_background_and_not_sent_twice(world, channel):
    world.webhooks.script("ops", [{"status": 200, "delay_seconds": 0.4}])
    row = make_notification(channel)
    assert deliver(patience_seconds=0.05).left == 1
    assert deliver().claimed == 0
    assert wait_for_background(10)
    row.refresh_from_db()
    assert row.status == "sent"
    assert len(world.messages("webhook")) == 1


# --- 6: the queue may be wiped ---------------------------------------------------------------


def test_a_wiped_queue_loses_nothing(world, channel):
    website = make_website(channel.team)
    subscribe(channel)
    long_ago = timezone.now() - timedelta(seconds=3)
    make_event(make_monitor(website), created_at=long_ago)
    make_notification(channel, next_attempt_at=long_ago)
    sweep()
    assert OrmQ.objects.count() == 2
    OrmQ.objects.all().delete()
    gates.update({name: Gate() for name in gates})
    sweep()
    assert OrmQ.objects.count() == 2
    tasks.plan()
    tasks.deliver()
    assert set(NotificationLog.objects.values_list("status", flat=True)) == {"sent"}


# --- 7: secrets ------------------------------------------------------------------------------


def test_secrets_of_channels_are_encrypted_at_rest_and_in_no_log(world, settings, caplog):
    caplog.set_level(logging.DEBUG)
    settings.TELEGRAM_API_URL = world.telegram_url
    hook = make_channel(url=world.webhook_url("ops"))
    chat = make_channel(kind="telegram", config={"chat_id": "1"}, secrets={"bot_token": TOKEN})
    for row in (make_notification(hook), make_notification(chat)):
        deliver([row.pk])
    with connection.cursor() as cursor:
        cursor.execute("SELECT secrets FROM notifications_channel")
        stored = str(cursor.fetchall())
    rows = str(list(NotificationLog.objects.values())) + str(
        list(Channel.objects.values("last_error"))
    )
    ours = "\n".join(
        record.getMessage() for record in caplog.records if not record.name.startswith("mail.")
    )
    for secret in (SECRET, TOKEN):
        assert secret not in stored
        assert secret not in rows
        assert secret not in ours


# --- 10: no network inside a transaction -----------------------------------------------------


def test_no_transaction_is_open_while_a_message_travels(world, channel, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = world.mail.host, world.mail.port
    settings.TELEGRAM_API_URL, settings.TELEGRAM_BOT_TOKEN = world.telegram_url, TOKEN
    world.telegram.tokens.add(TOKEN)
    mail = make_channel(kind="email", config={"to": ["a@example.com"]}, secrets={})
    chat = make_channel(kind="telegram", config={"chat_id": "1001"}, secrets={})
    rows = [make_notification(each) for each in (channel, mail, chat)]
    mine, seen, keep = connections["default"], [], world.inbox.add

    def arrive(message):
        seen.append((message.kind, mine.in_atomic_block))
        keep(message)

    world.inbox.add = arrive
    for row in rows:  # one by one: the outcome of one is stored while another is on its way
        assert deliver([row.pk], patience_seconds=None).sent == 1
    assert sorted(seen) == [("mail", False), ("telegram", False), ("webhook", False)]
