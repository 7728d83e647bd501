"""No channel takes the room of the others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.patience import wait_for_background
from notifications.models import NotificationLog
from notifications.services import settling
from notifications.services.channels import channel_test
from notifications.services.claiming import claim
from notifications.services.outbox import deliver
from notifications.services.picking import CHANNEL_MAX
from tests.notifications.factories import (
    make_channel,
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


def test_a_channel_that_hangs_binds_a_few_threads_and_holds_no_other_up(world, channel):
    world.webhooks.script("slow", [{"status": 200, "delay_seconds": 0.8}], is_sticky=True)
    slow = make_channel(url=world.webhook_url("slow"))
    for _ in range(40):
        make_notification(slow, next_attempt_at=later(minutes=-1))
    fine = make_notification(channel)
    assert deliver(patience_seconds=0).claimed == CHANNEL_MAX + 1
    assert status_of(fine) != ["pending"]
    assert deliver(patience_seconds=0).claimed == 0  # the slow one is at its limit
    make_notification(channel)
    assert deliver(patience_seconds=0).claimed == 1
    assert wait_for_background(10)
    assert status_of(fine) == ["sent"]
    assert deliver(patience_seconds=0).claimed == CHANNEL_MAX


def test_abandoned_messages_of_a_receiver_that_hangs_do_not_hold_the_others_up(world, channel):
    world.webhooks.script("slow", [{"status": 200, "delay_seconds": 0.8}], is_sticky=True)
    slow = make_channel(url=world.webhook_url("slow"))
    for _ in range(5):
        make_notification(slow, status="sending", claimed_until=later(seconds=-1), retry_count=1)
    fine = make_notification(channel)
    assert deliver(patience_seconds=0).claimed == 1
    assert status_of(fine) != ["pending"]
    assert [deliver(patience_seconds=0).claimed for _ in range(3)] == [1, 0, 0]
    assert wait_for_background(10)
    assert status_of(fine) == ["sent"]


def test_abandoned_messages_have_a_turn_however_many_others_wait(world, channel):
    lost = make_notification(
        make_channel(url=world.webhook_url("lost")),
        status="sending",
        claimed_until=later(seconds=-1),
    )
    for _ in range(30):
        make_notification(channel)
    assert deliver(is_abandoned_first=True).claimed == 1
    assert status_of(lost) == ["sent"]


def test_a_channel_whose_attempts_fail_slowly_pauses_for_a_moment(world, channel, monkeypatch):
    monkeypatch.setattr(settling, "HANGS_SECONDS", 0.1)
    world.webhooks.script("ops", [{"status": 500, "delay_seconds": 0.15}])
    make_notification(channel)
    deliver()
    channel.refresh_from_db()
    assert later() < channel.paused_until < later(seconds=settling.HUNG_PAUSE_SECONDS)
    fast = make_channel(url=world.webhook_url("fast"))
    world.webhooks.script("fast", [500])
    make_notification(fast)
    deliver()
    fast.refresh_from_db()
    assert fast.paused_until is None


def test_a_test_is_sent_whatever_its_channel_is_at(world, channel):
    for _ in range(CHANNEL_MAX):
        make_notification(channel, status="sending", claimed_until=later(minutes=1))
    assert channel_test(channel=channel).status == "sent"


def test_the_number_of_statements_of_a_claim_does_not_grow(channel):
    def statements(count):
        for _ in range(count):
            make_notification(make_channel())
        with CaptureQueriesContext(connection) as captured:
            assert len(claim(ids=None, limit=50, now=timezone.now())) == count
        return len(captured)

    assert statements(12) == statements(1) <= 10
