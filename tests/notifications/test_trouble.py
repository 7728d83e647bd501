"""Trouble with one channel or message stays its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from monitoring.models import Monitor
from notifications.models import NotificationLog
from notifications.services import outbox
from notifications.services.channels import channel_update
from notifications.services.outbox import deliver, deliver_all
from notifications.services.settling import settle
from tests.notifications.factories import (
    SECRET,
    TOKEN,
    make_channel,
    make_event,
    make_notification,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def channel(world):
    return make_channel(url=world.webhook_url("ops"))


def later(**span):
    return timezone.now() + timedelta(**span)


def status_of(*rows):
    found = NotificationLog.objects.in_bulk([row.pk for row in rows])
    return [found[row.pk].status for row in rows]


def break_secrets(channel):
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_channel SET secrets = %s WHERE id = %s",
            ["enc1:no-key-opens-this", channel.pk],
        )


def test_secrets_that_no_key_opens_stop_no_other_message_and_are_said(world, channel):
    lost = make_channel(url=world.webhook_url("lost"))
    break_secrets(lost)
    row, fine = make_notification(lost), make_notification(channel)
    assert deliver_all().sent == 1
    row.refresh_from_db()
    lost.refresh_from_db()
    fine.refresh_from_db()
    assert (row.status, row.error_code, fine.status) == ("pending", "secrets_unreadable", "sent")
    assert "FIELD_ENCRYPTION_KEYS" in lost.last_error
    assert (lost.health, world.messages("webhook", to="lost")) == ("failing", [])
    channel_update(channel=lost, config={"secret": SECRET})
    assert deliver([row.pk], now=later(minutes=1)).sent == 1


def test_a_kind_that_is_gone_ends_its_message_and_no_other(world, channel):
    gone = make_notification(make_channel(kind="carrier-pigeon"))
    fine = make_notification(channel)
    assert deliver_all().sent == 1
    gone.refresh_from_db()
    fine.refresh_from_db()
    assert (gone.status, gone.error_code, fine.status) == ("dead", "unknown_kind", "sent")
    assert "carrier-pigeon" in gone.error_message


def test_one_outcome_that_cannot_be_stored_leaves_none_of_the_others_unsettled(
    world, settings, monkeypatch
):
    settings.TELEGRAM_API_URL, settings.TELEGRAM_BOT_TOKEN = world.telegram_url, TOKEN
    world.telegram.tokens.add(TOKEN)
    chat = make_channel(kind="telegram", config={"chat_id": "1001"}, secrets={})
    first, second, third = (make_notification(chat) for _ in range(3))

    def settle_or_fail(claim, outcome):
        if claim.id == second.pk:
            raise OperationalError("database is locked")
        return settle(claim, outcome)

    monkeypatch.setattr(outbox, "settle", settle_or_fail)
    assert deliver(patience_seconds=None).sent == 2
    assert status_of(first, second, third) == ["sent", "sending", "sent"]


def test_a_message_whose_events_are_all_deleted_is_dropped_with_the_reason(world, channel):
    row = make_notification(channel)
    Monitor.objects.all().delete()
    deliver_all()
    row.refresh_from_db()
    assert (row.status, row.error_code) == ("dropped", "events_deleted")
    assert row.error_message == "All events it told of were deleted."
    assert world.messages() == []


def test_a_huge_digest_loads_what_it_lists_and_counts_the_rest(world, channel):
    row = make_notification(channel, notification_type="digest")
    monitor = row.events.get().monitor
    row.events.add(*(make_event(monitor) for _ in range(119)))
    with CaptureQueriesContext(connection) as captured:
        deliver()
    row.refresh_from_db()
    assert row.subject == "Digest: 120 events"
    assert "… and 20 more." in row.message
    (received,) = world.messages("webhook")
    data = received.json()["data"]
    assert len(data["events"]) + data["more"] == 120
    (load,) = [one["sql"] for one in captured if 'FROM "monitoring_monitorhistory"' in one["sql"]]
    assert len(load.partition(" IN (")[2].partition(")")[0].split(",")) == 100
