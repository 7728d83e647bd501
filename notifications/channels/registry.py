"""Channel kinds. A new kind is a folder and a line here."""

from __future__ import annotations

from common.registry import Registry
from notifications.channels.base import Target, Transport

CHANNELS: Registry[type[Transport]] = Registry("channel")
CHANNELS.register("telegram", "notifications.channels.telegram.transport.TelegramTransport")
CHANNELS.register("email", "notifications.channels.email.transport.EmailTransport")
CHANNELS.register("webhook", "notifications.channels.webhook.transport.WebhookTransport")
CHANNELS.register("apprise", "notifications.channels.apprise.transport.AppriseTransport")
CHANNELS.register("sms", "notifications.channels.twilio.transport.SmsTransport")
CHANNELS.register("whatsapp", "notifications.channels.twilio.transport.WhatsAppTransport")


def choices() -> list[tuple[str, str]]:
    """(kind, label) for forms and the model field."""
    return [(kind, CHANNELS.get(kind).label) for kind in CHANNELS.kinds()]


def build(kind: str, target: Target) -> Transport:
    """Raises UnknownKindError."""
    return CHANNELS.get(kind)(target)
