"""Where people want to hear of events, in which words, and every message owed to them."""

from notifications.models.outbox import Channel, NotificationLog, Subscription, all_events
from notifications.models.telegram import (
    TelegramBot,
    TelegramCard,
    TelegramLink,
    TelegramToken,
    TelegramUpdate,
)
from notifications.models.wording import MessageTemplate

__all__ = [
    "Channel",
    "MessageTemplate",
    "NotificationLog",
    "Subscription",
    "TelegramBot",
    "TelegramCard",
    "TelegramLink",
    "TelegramToken",
    "TelegramUpdate",
    "all_events",
]
