from __future__ import annotations

import pytest

from monitoring.services.ingest import stock_push
from monitoring.signals import history_recorded
from notifications import receivers, tasks
from notifications.models import NotificationLog
from tests.factories import make_monitor, make_website
from tests.notifications.factories import make_channel, make_event, subscribe

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def monitor(world):
    monitor = make_monitor(make_website(source="manual"))
    subscribe(make_channel(monitor.website.team, url=world.webhook_url("ops")))
    return monitor


def test_a_recorded_change_is_planned_and_sent_at_once(world, monitor):
    stock_push(monitor=monitor, quantity=3)
    stock_push(monitor=monitor, quantity=0)
    (received,) = world.messages("webhook", to="ops")
    assert received.json()["type"] == "stock.sold_out"
    assert NotificationLog.objects.get().status == "sent"


def test_what_goes_wrong_in_announcing_is_logged_and_not_raised(monitor, monkeypatch, caplog):
    def fail(**_):
        raise RuntimeError("no")

    monkeypatch.setattr(receivers, "events_plan", fail)
    history_recorded.send(sender=object, event_ids=[1])
    assert "first_attempt_failed" in caplog.text


def test_an_event_nobody_subscribed_to_sends_nothing(world):
    stock_push(monitor=make_monitor(make_website(source="manual")), quantity=3)
    assert world.messages() == []


def test_the_plan_task_plans_and_sends(world, monitor):
    make_event(monitor)
    tasks.plan()
    assert len(world.messages("webhook")) == 1
    tasks.deliver()
    tasks.sweep()
    assert len(world.messages("webhook")) == 1


def test_a_broadcast_beyond_the_first_attempt_waits_for_the_task(world, monitor):
    for number in range(25):
        subscribe(make_channel(monitor.website.team, url=world.webhook_url(f"n{number}")))
    event = make_event(monitor)
    history_recorded.send(sender=object, event_ids=[event.pk])
    assert NotificationLog.objects.filter(status="sent").count() == 20
    tasks.deliver()
    assert NotificationLog.objects.filter(status="sent").count() == 26
