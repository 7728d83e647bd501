"""The bot was put out of a chat or let in again, or a group got another number."""

from __future__ import annotations

from django.db import transaction

from common.fields import opened_or_empty
from notifications.models import Channel, TelegramLink
from notifications.services.channels import channel_disable, channel_enable
from notifications.telegram_bot.updates import Moved, Standing

BLOCKED = "The bot was blocked in this chat."
PUT_OUT = "The bot was put out of this chat."


def standing_changed(heard: Standing) -> None:
    """Channels of the chat that use our bot are disabled, those we disabled so enabled again."""
    reason = BLOCKED if heard.chat.is_private else PUT_OUT
    for channel in _channels(heard.chat.id):
        if not heard.is_inside and channel.is_active:
            channel_disable(channel=channel, reason=reason)
        elif heard.is_inside and channel.disabled_reason in (BLOCKED, PUT_OUT):
            channel_enable(channel=channel)


def chat_moved(heard: Moved) -> None:
    """A group became a supergroup: links and Channels follow. Harmless when it is told again."""
    with transaction.atomic():
        taken = {
            *TelegramLink.objects.filter(chat_id=heard.new_id).values_list(
                "message_thread_id", flat=True
            )
        }
        for link in TelegramLink.objects.filter(chat_id=heard.old_id):
            if link.message_thread_id in taken:
                link.delete()
                continue
            link.chat_id, link.chat_type = heard.new_id, "supergroup"
            link.save(update_fields=["chat_id", "chat_type", "updated_at"])
        for channel in _channels(heard.old_id):
            channel.config = {**channel.config, "chat_id": str(heard.new_id)}
            channel.save(update_fields=["config", "updated_at"])


def _channels(chat_id: int) -> list[Channel]:
    rows = Channel.objects.filter(kind="telegram", config__chat_id=str(chat_id))
    return [channel for channel in rows if not opened_or_empty(channel.secrets).get("bot_token")]
