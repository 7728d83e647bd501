"""The name under which people find the bot."""

from __future__ import annotations

from django.conf import settings

from common.errors import ConflictError
from notifications.telegram_bot.late import calling
from notifications.telegram_bot.lease import bot_row


def bot_username() -> str:
    """As the bot's process wrote it down; before that Telegram is asked (network: not in a
    transaction). Raises ConflictError, which says what to do."""
    token = settings.TELEGRAM_BOT_TOKEN
    if not token:
        raise ConflictError(
            "There is no Telegram bot.",
            code="no_bot",
            advice="Set TELEGRAM_BOT_TOKEN to the token of @BotFather and start again.",
        )
    bot = bot_row(token)
    if bot.username:
        return bot.username
    username = calling().username_ask(token)
    if username is None:
        raise ConflictError(
            "Telegram could not be asked for the name of the bot.",
            code="bot_unreachable",
            advice="Look at TELEGRAM_BOT_TOKEN and at the network, then try again.",
        )
    bot.username = username
    bot.save(update_fields=["username"])
    return bot.username


def bot_trouble() -> str:
    """Why the bot does not listen, as its process last said; "" while all is well."""
    token = settings.TELEGRAM_BOT_TOKEN
    return bot_row(token).last_error if token else ""
