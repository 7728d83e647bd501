"""Webhooks over real sockets, verified with the independent standardwebhooks package."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone, translation
from standardwebhooks import Webhook

from common.patience import wait_for_background
from common.texts import shown
from notifications.channels.base import Message, Target
from notifications.channels.errors import DeliveryError
from notifications.channels.webhook.config import clean_url
from notifications.channels.webhook.transport import WebhookTransport
from notifications.models import NotificationLog
from notifications.services.outbox import deliver
from tests.notifications.factories import SECRET, make_channel, make_notification

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def channel(world):
    return make_channel(url=world.webhook_url("ops"))


def test_a_message_arrives_signed_and_typed(world, channel):
    notification = make_notification(channel)
    assert deliver([notification.pk]).sent == 1
    (received,) = world.messages("webhook", to="ops")
    body = Webhook(SECRET).verify(received.body, received.headers)
    assert body["type"] == "stock.sold_out"
    assert body["data"]["from_quantity"] == 3
    assert received.headers["webhook-id"] == str(notification.public_id)
    assert received.headers["content-type"] == "application/json"
    notification.refresh_from_db()
    assert (notification.status, notification.provider_status) == ("sent", "200")
    assert notification.sent_at is not None
    channel.refresh_from_db()
    assert channel.health == "ok"


def test_every_attempt_has_the_same_id_and_body_and_its_own_time(world, channel):
    world.webhooks.script("ops", [500, 200])
    notification = make_notification(channel)
    assert deliver([notification.pk]).retried == 1
    assert deliver([notification.pk], now=timezone.now() + timedelta(minutes=1)).sent == 1
    first, second = world.messages("webhook", to="ops")
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body


def test_503_is_tried_again_after_the_time_it_asks_for(world, channel):
    world.webhooks.script("ops", [{"status": 503, "retry_after": 120}])
    notification = make_notification(channel)
    before = timezone.now()
    deliver([notification.pk])
    notification.refresh_from_db()
    channel.refresh_from_db()
    assert (notification.status, notification.error_code) == ("pending", "http_503")
    assert notification.next_attempt_at >= before + timedelta(seconds=120)
    assert channel.paused_until >= before + timedelta(seconds=119)
    assert channel.health == "failing"


def test_410_disables_the_channel_with_the_reason(world, channel):
    world.webhooks.script("ops", [410])
    waiting = make_notification(channel, next_attempt_at=timezone.now() + timedelta(hours=1))
    notification = make_notification(channel)
    deliver([notification.pk])
    for row in (notification, waiting):
        row.refresh_from_db()
        assert row.status == "dead"
        assert "410" in row.error_message
    channel.refresh_from_db()
    assert (channel.is_active, channel.health) == (False, "disabled")
    assert "410" in channel.disabled_reason


def test_a_redirect_is_a_failure_and_is_not_followed(world, channel):
    world.webhooks.script("ops", [{"status": 302, "location": world.webhook_url("other")}])
    deliver([make_notification(channel).pk])
    assert world.messages("webhook", to="other") == []
    assert NotificationLog.objects.get().error_code == "http_302"


def test_a_receiver_that_refuses_five_times_gets_it_no_more(world, channel):
    world.webhooks.script("ops", [400], is_sticky=True)
    notification = make_notification(channel)
    now = timezone.now()
    for attempt in range(6):
        deliver([notification.pk], now=now + timedelta(days=attempt))
    notification.refresh_from_db()
    assert (notification.status, notification.retry_count) == ("dead", 5)
    assert notification.error_message == "The receiver answered 400."


def test_a_slow_webhook_delays_no_other(world, channel):
    world.webhooks.script("slow", [{"status": 200, "delay_seconds": 0.6}])
    slow = make_notification(make_channel(channel.team, url=world.webhook_url("slow")))
    quick = make_notification(channel)
    summary = deliver([slow.pk, quick.pk], patience_seconds=0.3)
    assert (summary.sent, summary.left) == (1, 1)
    quick.refresh_from_db()
    assert quick.status == "sent"
    assert wait_for_background(10)
    slow.refresh_from_db()
    assert slow.status == "sent"


def test_a_private_address_is_refused_and_named_without_details(settings):
    settings.ALLOW_PRIVATE_NETWORKS = []
    notification = make_notification(make_channel(url="http://127.0.0.1:9/secret-path"))
    deliver([notification.pk])
    notification.refresh_from_db()
    assert notification.status == "pending"
    assert "secret-path" not in notification.error_message


def test_a_missing_secret_is_said_and_not_tried_again():
    transport = WebhookTransport(Target(config={"url": "http://127.0.0.1:9/"}, secrets={}))
    with pytest.raises(DeliveryError) as caught:
        transport.send(Message(id="1", type="x", subject="", text=""))
    assert caught.value.permanent


def test_a_generated_secret_has_the_form_of_the_standard():
    secret = WebhookTransport.prepare({"url": "x"})["secret"]
    Webhook(secret).sign("msg", datetime.now(UTC), json.dumps({}))
    assert WebhookTransport.prepare({"secret": SECRET})["secret"] == SECRET


@pytest.mark.parametrize("language", ["ru", "zh-hans"])
@pytest.mark.parametrize("url", ["ftp://a.example", "https://a:b@c.example", "https://a b"])
def test_a_wrong_address_is_refused_in_the_language_of_the_page(url, language):
    with pytest.raises(ValueError, match="Like https:") as caught:
        clean_url(url)
    with translation.override(language):
        said = shown(str(caught.value))
    assert "https://example.com/hook" in said
    assert "Like" not in said
    assert "The " not in said
