"""What others than the bot's own process do with Telegram. Reached through `late.calling()`."""

from __future__ import annotations

import json
import logging

from telegram.error import InvalidToken, TelegramError

from notifications.telegram_bot.client import BotClient
from notifications.telegram_bot.intake import update_take
from notifications.telegram_bot.lease import bot_row

logger = logging.getLogger(__name__)


def username_ask(token: str) -> str | None:
    """The name of the bot; None when Telegram cannot be asked."""
    try:
        with BotClient(token) as client:
            return client.username()
    except TelegramError:
        return None


def token_trouble(token: str) -> str:
    """Why the bot cannot be used, "" when it can."""
    try:
        with BotClient(token) as client:
            client.username()
    except InvalidToken:
        return "Telegram does not know the token"
    except TelegramError as error:
        logger.info("selfcheck_telegram failed error=%s", type(error).__name__)
        return "the Bot API cannot be reached"
    return ""


def update_receive(body: bytes, token: str) -> bool:
    """Handles what Telegram brought. False when it should come again; what cannot be understood
    would be no better then."""
    try:
        update = json.loads(body)
        with BotClient(token) as client:
            update_take(update, bot=bot_row(token), client=client)
    except ValueError:
        logger.warning("telegram_update_unreadable")
    except TelegramError as error:
        logger.warning("telegram_update_postponed why=%s", type(error).__name__)
        return False
    return True
