"""One update is handled once, and none is lost: it is noted after it was handled and answered.

Whoever dies in between gets it again, and handling it again changes nothing more.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from django.db.models import F
from django.db.models.functions import Greatest
from django.utils import timezone

from notifications.models import TelegramBot, TelegramUpdate
from notifications.telegram_bot.client import BotClient
from notifications.telegram_bot.handling import handle
from notifications.telegram_bot.updates import read_update

logger = logging.getLogger(__name__)

KEPT = timedelta(days=3)
"""Telegram gives an update up after a day."""


def update_take(update: Any, *, bot: TelegramBot, client: BotClient) -> bool:
    """False when it was handled before. Raises what handling or answering raises, and ValueError
    for what is no update; it is not noted then."""
    update_id, heard = read_update(update)
    if TelegramUpdate.objects.filter(bot=bot, update_id=update_id).exists():
        return False
    client.perform(handle(heard, bot.username))
    update_note(bot=bot, update_id=update_id)
    return True


def update_note(*, bot: TelegramBot, update_id: int) -> None:
    """It is done with."""
    TelegramUpdate.objects.bulk_create(
        [TelegramUpdate(bot=bot, update_id=update_id)], ignore_conflicts=True
    )
    TelegramBot.objects.filter(pk=bot.pk).update(
        last_update_id=Greatest(F("last_update_id"), update_id), last_seen_at=timezone.now()
    )


def updates_prune(bot: TelegramBot) -> int:
    """Forgets what Telegram will not send again."""
    before = timezone.now() - KEPT
    return TelegramUpdate.objects.filter(bot=bot, created_at__lt=before).delete()[0]
