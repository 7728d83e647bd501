"""What was left behind is found, cheaply, and a queue that stands still is not filled."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notifications.services.outbox import deliver_all
from notifications.services.picking import CHANNEL_MAX
from notifications.services.sweeping import Gate, sweep
from tests.factories import make_monitor
from tests.notifications.factories import make_channel, make_event, make_notification

pytestmark = pytest.mark.django_db(transaction=True)


INDEXES = ("notification_pending_idx", "notification_claimed_idx", "PRIMARY KEY")


@pytest.fixture
def channel(world):
    return make_channel(url=world.webhook_url("ops"))


def later(**span):
    return timezone.now() + timedelta(**span)


def test_the_sweep_asks_for_what_was_left_behind(queued, channel):
    sweep()
    assert queued == []
    make_event(make_monitor(), created_at=later(seconds=-3))
    make_notification(channel, next_attempt_at=later(seconds=-3))
    sweep()
    assert queued == ["notifications.tasks.plan", "notifications.tasks.deliver"]


def test_the_sweep_leaves_what_is_fresh_to_whoever_made_it(queued, channel):
    make_notification(channel)
    sweep()
    assert queued == []


def test_the_sweep_does_not_fill_a_queue_that_stands_still(queued, channel):
    make_notification(channel, next_attempt_at=later(seconds=-3))
    for _ in range(20):
        sweep()
    assert queued == ["notifications.tasks.deliver"]


def test_the_sweep_ignores_what_cannot_be_sent_now(queued, channel):
    channel.paused_until = later(minutes=5)
    channel.save()
    make_notification(channel, next_attempt_at=later(seconds=-3))
    sweep()
    assert queued == []


def test_the_sweep_finds_messages_stranded_on_a_disabled_channel(queued, channel):
    make_notification(channel, next_attempt_at=later(seconds=-3))
    channel.is_active = False
    channel.save()
    sweep()
    assert queued == ["notifications.tasks.deliver"]


def test_the_sweep_finds_messages_whose_sender_died(queued, channel):
    make_notification(channel, status="sending", claimed_until=later(seconds=-3))
    sweep()
    assert queued == ["notifications.tasks.deliver"]


def test_a_channel_that_is_at_its_limit_does_not_close_the_gate_for_others(queued, channel):
    for _ in range(CHANNEL_MAX):
        make_notification(channel, status="sending", claimed_until=later(minutes=1))
    make_notification(channel, next_attempt_at=later(minutes=-5))
    sweep()
    assert queued == []
    make_notification(make_channel(), next_attempt_at=later(seconds=-3))
    sweep()
    assert queued == ["notifications.tasks.deliver"]


def test_a_queue_with_other_work_next_is_asked_again_soon(monkeypatch):
    gate, asked = Gate(), []
    for second in range(40):
        monkeypatch.setattr(time, "monotonic", lambda at=second: 100.0 + at)
        if gate.ask("the same" if second < 30 else f"other work {second}"):
            asked.append(second)
        assert not gate.ask(None)
    assert asked == [0, 2, 6, 14, 30, 32, 34, 36, 38]


@pytest.mark.once
def test_no_look_up_of_sweep_and_claim_reads_messages_that_were_sent(queued, channel):
    """The plans of SQLite, which has no statistics: everything that waits is found by an index."""
    if connection.vendor != "sqlite":
        pytest.skip("the other pass has SQLite")
    make_notification(channel, next_attempt_at=later(minutes=-5))
    make_notification(channel, status="sending", claimed_until=later(minutes=-5))
    with CaptureQueriesContext(connection) as captured:
        sweep()
        deliver_all()
    every = [one["sql"] for one in captured]
    looks = [sql for sql in every if "next_attempt_at" in sql and sql.startswith("SELECT")]
    looks += [sql for sql in every if sql.startswith("SELECT") and "claimed_until" in sql]
    assert len(looks) > 6
    for look in looks:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {look}")
            steps = [row[-1] for row in cursor.fetchall() if "notificationlog" in row[-1]]
        for step in steps:
            assert step.startswith("SEARCH"), (look, steps)
            assert any(name in step for name in INDEXES), (look, steps)
