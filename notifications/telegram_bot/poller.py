"""The bot's process: holds the lease, keeps the registration right, and reads updates.

In webhook mode it registers the address and watches over it; the web server takes the updates.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Callable
from threading import Event
from typing import Any

from django.conf import settings
from django.db import close_old_connections
from django.db.utils import DatabaseError
from telegram.error import Conflict, InvalidToken, NetworkError, TelegramError

from accounts.choices import Language
from common.backoff import next_delay
from notifications.models import TelegramBot
from notifications.telegram_bot.client import BotClient, Ended
from notifications.telegram_bot.commands import COMMANDS
from notifications.telegram_bot.intake import update_note, update_take, updates_prune
from notifications.telegram_bot.lease import Lease, bot_row, lease_keep, lease_release, lease_take
from notifications.telegram_bot.updates import ASKED
from notifications.telegram_bot.webhook import WEBHOOK, webhook_address, webhook_secret
from notifications.telegram_bot.words import say_plain

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.2
REST_SECONDS = 2.0
"""Pause of whoever has no lease, or of a webhook's guard between two looks at its lease."""

SET_UP_AGAIN_SECONDS = 600.0
TRIES = 3
"""An update that we cannot handle is left after so many tries; the next ones wait behind it."""

CODES = {str(Language.ENGLISH): "", str(Language.CHINESE): "zh", str(Language.RUSSIAN): "ru"}

TOKEN_REFUSED = "Telegram does not accept TELEGRAM_BOT_TOKEN. Enter the token of @BotFather."  # noqa: S105 - a sentence
OTHER_READER = (
    "Somebody else reads the updates of this bot: another program, or another installation with the "
    "same token. Stop it, or make a bot of its own for this one."
)
OTHER_WEBHOOK = (
    "A webhook that is not ours is set for this bot, so its updates go elsewhere. Delete it "
    "(deleteWebhook), or make another bot."
)
UNREACHABLE = "The Bot API could not be reached."


class Foreign(Exception):
    """A webhook of somebody else is set."""


class Poller:
    """Runs until `end` is set. Whatever goes wrong is told in the row of the bot and tried again."""

    def __init__(self, token: str, *, end: Event, beat: Callable[[], None]) -> None:
        self._token = token
        self._end = end
        self._beat = beat
        self._lease: Lease | None = None
        self._set_up_at: float | None = None
        self._offset: int | None = None
        self._failures = 0
        self._tries: Counter[int] = Counter()

    def run(self) -> None:
        with BotClient(self._token, beat=self._beat, end=self._end) as client:
            while not self._end.is_set():
                try:
                    pause = self.round(client)
                except Ended:
                    break
                close_old_connections()
                self._rest(pause)
        if self._lease is not None:
            lease_release(self._lease)

    def round(self, client: BotClient) -> float:
        """One pass; returns the pause after it in seconds."""
        try:
            bot = bot_row(self._token)
            if not self._holds(bot):
                return REST_SECONDS
            self._set_up(bot, client)
            if settings.TELEGRAM_MODE == WEBHOOK:
                self._well(bot)
                return REST_SECONDS
            self._read(bot, client)
            self._well(bot)
        except (TelegramError, Foreign) as error:
            return self._trouble(error)
        except DatabaseError:
            logger.exception("bot_without_database")
            return self._wait()
        self._failures = 0
        return 0.0

    def _holds(self, bot: TelegramBot) -> bool:
        if self._lease is not None and lease_keep(self._lease):
            return True
        if self._lease is not None:
            logger.warning("bot_lease_lost")
        self._lease, self._set_up_at, self._offset = lease_take(bot), None, None
        return self._lease is not None

    def _set_up(self, bot: TelegramBot, client: BotClient) -> None:
        """Now and then, for somebody may change it elsewhere."""
        now = time.monotonic()
        if self._set_up_at is not None and now - self._set_up_at < SET_UP_AGAIN_SECONDS:
            return
        username, url, ours = client.username(), client.webhook_url(), webhook_address()
        if username != bot.username:
            TelegramBot.objects.filter(pk=bot.pk).update(username=username)
            bot.username = username
        if settings.TELEGRAM_MODE == WEBHOOK:
            secret = webhook_secret(self._token)
            client.webhook_set(url=ours, secret=secret, kinds=ASKED)
        elif url == ours:
            client.webhook_delete()
        elif url:
            raise Foreign
        for language, code in CODES.items():
            texts = {name: say_plain(f"do_{name}", language) for name in COMMANDS}
            client.commands_set(texts, language=code)
        updates_prune(bot)
        self._set_up_at = now
        logger.info("bot_listens bot=@%s mode=%s", username, settings.TELEGRAM_MODE)

    def _read(self, bot: TelegramBot, client: BotClient) -> None:
        """The offset confirms the answer before, and is left out after an empty one: numbers of
        updates may begin anew, below those we know. What comes twice is noted as done."""
        wait = settings.TELEGRAM_LEASE_SECONDS // 3
        found = client.updates(offset=self._offset, wait_seconds=wait, kinds=ASKED)
        self._offset = None
        for update in found:
            self._beat()
            self._take(update, bot, client)
            update_id = update.get("update_id") if isinstance(update, dict) else None
            if isinstance(update_id, int):
                self._offset = max(self._offset or 0, update_id + 1)
            if self._lease is None or not lease_keep(self._lease):
                return

    def _take(self, update: Any, bot: TelegramBot, client: BotClient) -> None:
        try:
            update_take(update, bot=bot, client=client)
        except (TelegramError, DatabaseError, Ended):
            raise
        except Exception:
            # The boundary of one update: a fault of ours in one must not end the bot for all.
            update_id = update.get("update_id") if isinstance(update, dict) else None
            logger.exception("bot_update_failed update=%s", update_id)
            if isinstance(update_id, int):
                self._tries[update_id] += 1
                if self._tries[update_id] < TRIES:
                    raise NetworkError("again") from None
                del self._tries[update_id]
                update_note(bot=bot, update_id=update_id)

    def _trouble(self, error: Exception) -> float:
        if isinstance(error, InvalidToken):
            told = TOKEN_REFUSED
        elif isinstance(error, Foreign):
            told = OTHER_WEBHOOK
        elif isinstance(error, Conflict):
            told = OTHER_WEBHOOK if "webhook" in error.message.lower() else OTHER_READER
        else:
            told = UNREACHABLE
        self._set_up_at = None
        self._tell(told)
        return self._wait()

    def _tell(self, told: str) -> None:
        row = TelegramBot.objects.filter(pk=bot_row(self._token).pk)
        if row.exclude(last_error=told).update(last_error=told):
            logger.warning("bot_in_trouble %s", told)

    def _well(self, bot: TelegramBot) -> None:
        if bot.last_error:
            TelegramBot.objects.filter(pk=bot.pk).update(last_error="")
            logger.info("bot_well_again")

    def _wait(self) -> float:
        self._failures += 1
        return next_delay(self._failures, base_seconds=1.0, cap_seconds=30.0)

    def _rest(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._end.is_set() and (left := until - time.monotonic()) > 0:
            self._beat()
            self._end.wait(min(LOOK_SECONDS, left))
