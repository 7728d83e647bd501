from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from common.errors import ConflictError
from monitoring.models import Monitor
from notifications.channels import registry
from notifications.choices import NotificationStatus
from notifications.models import NotificationLog
from notifications.rendering import render_events
from notifications.services import freezing, sending
from notifications.services.claiming import MAX_ATTEMPTS
from notifications.services.outbox import deliver, deliver_all, notification_resend
from notifications.services.settling import WAITS_SECONDS
from tests.notifications.factories import (
    SECRET,
    make_channel,
    make_notification,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def channel(world):
    return make_channel(url=world.webhook_url("ops"))


def later(**span):
    return timezone.now() + timedelta(**span)


def test_failures_wait_longer_and_longer_and_end_dead_with_the_reason(world, channel):
    world.webhooks.script("ops", [500], is_sticky=True)
    row = make_notification(channel)
    now = timezone.now()
    waits = []
    for _ in range(MAX_ATTEMPTS + 1):
        deliver([row.pk], now=now)
        row.refresh_from_db()
        waits.append((row.next_attempt_at - timezone.now()).total_seconds())
        now = row.next_attempt_at
    assert (row.status, row.retry_count) == ("dead", MAX_ATTEMPTS)
    assert row.error_message == "The receiver answered 500."
    assert len(world.messages("webhook")) == MAX_ATTEMPTS
    for wait, planned in zip(waits, WAITS_SECONDS, strict=False):
        assert planned - 5 <= wait <= planned * 1.2


def test_nothing_is_sent_before_its_time(world, channel):
    make_notification(channel, next_attempt_at=later(minutes=1))
    assert deliver().claimed == 0
    assert deliver(now=later(minutes=2)).sent == 1


def test_a_channel_that_asked_to_wait_gets_nothing_until_then(world, channel):
    channel.paused_until = later(minutes=5)
    channel.save()
    make_notification(channel)
    assert deliver().claimed == 0
    assert deliver(now=later(minutes=6)).sent == 1


def test_an_endless_retry_after_is_cut_to_a_day(world, channel):
    world.webhooks.script("ops", [{"status": 503, "retry_after": 10**9}])
    make_notification(channel)
    deliver()
    channel.refresh_from_db()
    assert channel.paused_until <= later(days=1, minutes=1)


def test_one_call_takes_at_most_the_limit_oldest_first(world, channel):
    rows = [make_notification(channel) for _ in range(5)]
    assert deliver(limit=3).sent == 3
    left = NotificationLog.objects.filter(status=NotificationStatus.PENDING)
    assert {row.pk for row in left} == {row.pk for row in rows[3:]}


def test_the_task_goes_on_until_nothing_is_due(world, channel):
    for _ in range(45):
        make_notification(channel)
    assert deliver_all().sent == 45


def test_the_task_stops_when_its_time_is_over(channel):
    make_notification(channel)
    assert deliver_all(seconds=0).claimed == 0


def test_messages_of_a_disabled_channel_end_dead_and_visible(channel):
    row = make_notification(channel)
    channel.is_active = False
    channel.save()
    assert deliver().claimed == 0
    deliver_all()
    row.refresh_from_db()
    assert (row.status, row.error_code) == ("dead", "channel_disabled")


def test_a_message_keeps_the_words_of_its_first_claim(world, channel):
    world.webhooks.script("ops", [500])
    row = make_notification(channel)
    deliver([row.pk])
    Monitor.objects.update(product_name="Renamed")
    deliver([row.pk], now=later(minutes=1))
    first, second = world.messages("webhook")
    assert first.body == second.body


def test_a_broken_template_stops_no_other_message(world, channel, monkeypatch):
    broken = make_notification(channel, notification_type="price_changed")
    fine = make_notification(channel)

    def fail(rows, **kwargs):
        if kwargs["notification_type"] == "price_changed":
            raise ValueError("template")
        return render_events(rows, **kwargs)

    monkeypatch.setattr(freezing, "render_events", fail)
    deliver([broken.pk, fine.pk])
    broken.refresh_from_db()
    fine.refresh_from_db()
    assert (broken.error_code, broken.status) == ("render_failed", "pending")
    assert fine.status == "sent"


def test_a_bug_in_a_transport_is_a_visible_failure_and_stops_no_other(world, channel, monkeypatch):
    broken = make_notification(make_channel(url="http://127.0.0.1:9/"))
    fine = make_notification(channel)
    real = registry.build

    def build(kind, target):
        if target.config["url"].endswith(":9/"):
            raise KeyError("planted-bug")
        return real(kind, target)

    monkeypatch.setattr(sending, "build", build)
    deliver()
    broken.refresh_from_db()
    fine.refresh_from_db()
    assert (broken.status, broken.error_code) == ("pending", "internal_error")
    assert "planted" not in broken.error_message
    assert fine.status == "sent"


def test_resending_owes_the_same_words_as_a_new_message(world, channel):
    row = make_notification(channel)
    deliver()
    row.refresh_from_db()
    again = notification_resend(notification=row)
    assert (again.resend_of, again.status, again.message) == (row, "pending", row.message)
    assert list(again.events.all()) == list(row.events.all())
    assert deliver().sent == 1
    first, second = world.messages("webhook")
    assert first.body == second.body
    assert first.headers["webhook-id"] != second.headers["webhook-id"]
    assert notification_resend(notification=row).pk != again.pk


def test_a_message_under_way_is_not_resent(channel):
    with pytest.raises(ConflictError):
        notification_resend(notification=make_notification(channel))


def test_a_burst_of_successes_does_not_write_its_channel_each_time(world, channel):
    make_notification(channel)
    deliver()
    channel.refresh_from_db()
    first = channel.last_sent_at
    make_notification(channel)
    deliver()
    channel.refresh_from_db()
    assert channel.last_sent_at == first


def test_secrets_are_in_no_row_of_a_message(world, channel):
    world.webhooks.script("ops", [500])
    row = make_notification(channel)
    deliver()
    row.refresh_from_db()
    assert SECRET not in str(NotificationLog.objects.filter(pk=row.pk).values().get())
