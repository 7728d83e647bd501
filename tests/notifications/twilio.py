"""A Twilio account that is the fake one of the world, and channels that use it."""

from __future__ import annotations

from typing import Any

from config.twilio import Twilio
from demo.twilio import ACCOUNT, SENDER, TEMPLATE, TOKEN
from demo.world import World
from notifications.models import Channel, NotificationLog
from notifications.services.outbox import deliver
from tests.notifications.factories import make_channel, make_notification

NUMBER, OTHER = "+4915112345678", "+4915187654321"


def account(world: World, **changes: Any) -> Twilio:
    values = {
        "account_sid": ACCOUNT,
        "auth_token": TOKEN,
        "sender": SENDER,
        "whatsapp_sender": SENDER,
        "api_url": world.base_url,
        "callback_url": "http://127.0.0.1:9/api/v1/callbacks/twilio/",
    }
    return Twilio(**{**values, **changes})


def with_template(world: World) -> Twilio:
    return account(world, template_sid=TEMPLATE)


def make_phone(*numbers: str, kind: str = "sms", **config: Any) -> Channel:
    return make_channel(kind=kind, config={"to": list(numbers or [NUMBER]), **config}, secrets={})


def send(channel: Channel, **fields: Any) -> NotificationLog:
    row = make_notification(channel, **fields)
    return again(row)


def again(row: NotificationLog) -> NotificationLog:
    """One attempt, now."""
    NotificationLog.objects.filter(pk=row.pk).update(next_attempt_at=row.created_at)
    deliver([row.pk])
    row.refresh_from_db()
    row.channel.refresh_from_db()
    return row
