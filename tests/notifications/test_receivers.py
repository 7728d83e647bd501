from __future__ import annotations

import pytest

from common.patience import wait_for_background
from monitoring.services import polling
from monitoring.services.ingest import stock_push
from monitoring.services.reading import Reading
from monitoring.signals import history_recorded, recording_finished
from notifications import tasks
from notifications.models import NotificationLog
from notifications.services import announcing
from tests.factories import make_monitor, make_website, reading, snapshot
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

    monkeypatch.setattr(announcing, "events_plan", fail)
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


def test_a_broadcast_beyond_the_first_attempt_goes_on_as_soon_as_there_is_room(world, monitor):
    for number in range(25):
        subscribe(make_channel(monitor.website.team, url=world.webhook_url(f"n{number}")))
    event = make_event(monitor)
    history_recorded.send(sender=object, event_ids=[event.pk])
    sent = NotificationLog.objects.exclude(status="pending")
    assert sent.count() == 20
    recording_finished.send(sender=object)
    assert NotificationLog.objects.filter(status="sent").count() == 26


def shops_with_slow_receivers(world, count, *, delay_seconds=1.5):
    """Monitors of shops of different teams, each announced to a receiver that takes its time."""
    monitors = [make_monitor(make_website(), product_id="1") for _ in range(count)]
    for number, monitor in enumerate(monitors):
        slow = {"status": 200, "delay_seconds": delay_seconds}
        world.webhooks.script(f"slow{number}", [slow], is_sticky=True)
        url = world.webhook_url(f"slow{number}")
        subscribe(make_channel(monitor.website.team, url=url), "sold_out")
    return monitors


def statuses():
    return list(NotificationLog.objects.order_by("id").values_list("status", flat=True))


def test_a_slow_receiver_holds_no_recording_up(world, monkeypatch):
    monitors = shops_with_slow_receivers(world, 3)
    ids = [monitor.website_id for monitor in monitors]
    stock = {"now": 5}
    monkeypatch.setattr(
        Reading, "read", lambda _: snapshot(reading(stock["now"]), body_hash=f"1:{stock}")
    )
    polling.websites_poll(ids, only_queued=False)
    stock["now"] = 0
    seen = []
    polling.websites_poll(ids, only_queued=False, on_result=lambda _: seen.append(statuses()))
    assert seen == [["sending"] * count for count in (1, 2, 3)]
    assert statuses() == ["sent"] * 3  # waited for at the end, where nothing waits behind it


def test_one_budget_of_waiting_serves_all_that_a_task_began(world):
    for monitor in shops_with_slow_receivers(world, 3):
        history_recorded.send(sender=object, event_ids=[make_event(monitor).pk])
    announcing.announced_wait(0.05)
    assert statuses() == ["sending"] * 3
    assert wait_for_background(10)
    assert statuses() == ["sent"] * 3


def test_a_task_has_at_most_so_many_messages_under_way_and_begins_the_rest_while_it_waits(
    world, monkeypatch
):
    monkeypatch.setattr(announcing, "LIMIT", 2)
    for monitor in shops_with_slow_receivers(world, 3, delay_seconds=1.0):
        history_recorded.send(sender=object, event_ids=[make_event(monitor).pk])
    assert statuses() == ["sending", "sending", "pending"]
    recording_finished.send(sender=object)
    assert statuses() == ["sent"] * 3


def test_what_finds_no_room_while_a_task_waits_is_left_to_the_sweep(world, monkeypatch):
    monkeypatch.setattr(announcing, "LIMIT", 2)
    for monitor in shops_with_slow_receivers(world, 3, delay_seconds=1.5):
        history_recorded.send(sender=object, event_ids=[make_event(monitor).pk])
    announcing.announced_wait(0.05)
    assert wait_for_background(10)
    assert statuses() == ["sent", "sent", "pending"]
    recording_finished.send(sender=object)  # of another task: it takes over nothing
    assert statuses() == ["sent", "sent", "pending"]
    tasks.deliver()
    assert statuses() == ["sent"] * 3
