"""Settings of a Telegram channel."""

from __future__ import annotations

import re

from common.plugin import ConfigField

_CHAT = re.compile(r"-?\d{1,20}|@[A-Za-z]\w{3,31}")
_TOKEN = re.compile(r"\d{3,20}:[\w-]{20,100}", re.ASCII)


def clean_chat_id(chat_id: str) -> str:
    if not _CHAT.fullmatch(chat_id):
        raise ValueError("Must be a number like 123456789 or -1001234567890, or @channelname.")
    return chat_id


def clean_token(token: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise ValueError("Must be the token that @BotFather gave, like 123456789:AA…")
    return token


CONFIG = (
    ConfigField(
        name="chat_id",
        label="Chat",
        help="Number of the chat or group (groups are negative), or @name of a channel.",
        is_required=True,
        clean=clean_chat_id,
    ),
    ConfigField(
        name="message_thread_id",
        label="Topic",
        help="Number of the topic, in groups with topics.",
        type="integer",
    ),
    ConfigField(
        name="live_card",
        label="Live card",
        help="One message per monitor that always shows its stock, edited in place. Small "
        "changes of it are not sent as well.",
        type="boolean",
    ),
    ConfigField(
        name="bot_token",
        label="Bot token",
        help="Of a bot of your own. Empty: the bot of TELEGRAM_BOT_TOKEN.",
        is_secret=True,
        clean=clean_token,
    ),
)
