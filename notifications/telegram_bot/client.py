"""The Bot API for callers that are not asynchronous. Network only, no tables.

Every wait is watched: it beats for the supervisor, and ends at once when we are told to end.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from threading import Event
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from telegram import Bot, BotCommand, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from notifications.channels.telegram.failures import retry_seconds
from notifications.telegram_bot.outgoing import Answer, Keyboard, Outgoing, Redraw, Rewrite, Say

logger = logging.getLogger(__name__)
T = TypeVar("T")

LOOK_SECONDS = 0.2
CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
RETRY_AFTER_MAX_SECONDS = 30.0
"""Whoever is asked to wait longer goes without this answer: the next update waits behind it."""

POINTLESS = ("not modified", "query is too old", "query_id_invalid", "message to edit not found")
"""Refusals that mean it was done already, or nobody waits for it any more."""


class Ended(Exception):
    """We were told to end while we waited."""


def _nothing() -> None:
    return None


class BotClient:
    """Raises errors of telegram.error; their texts may hold no token, but they are not shown."""

    def __init__(
        self, token: str, *, beat: Callable[[], None] = _nothing, end: Event | None = None
    ) -> None:
        self._beat = beat
        self._end = end or Event()
        self._base = f"{settings.TELEGRAM_API_URL}/bot"
        self._request = HTTPXRequest(
            connection_pool_size=4,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            write_timeout=READ_SECONDS,
            pool_timeout=CONNECT_SECONDS,
        )
        self._bot = Bot(
            token, base_url=self._base, request=self._request, get_updates_request=self._request
        )
        self._runner = asyncio.Runner()

    def __enter__(self) -> Self:
        self._runner.__enter__()
        self._runner.run(self._request.initialize())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._runner.run(self._request.shutdown())
        finally:
            self._runner.__exit__(kind, error, trace)

    def updates(
        self, *, offset: int | None, wait_seconds: float, kinds: Iterable[str]
    ) -> list[Any]:
        """As they came, unread: what one of them looks like must not hold the others back."""
        asked = {"timeout": int(wait_seconds), "allowed_updates": json.dumps(list(kinds))}
        if offset is not None:
            asked["offset"] = offset
        address = f"{self._base}{self._bot.token}/getUpdates?{urlencode(asked)}"
        found = self._run(self._request.post(address, read_timeout=wait_seconds + READ_SECONDS))
        return found if isinstance(found, list) else []

    def username(self) -> str:
        return self._run(self._bot.get_me()).username or ""

    def webhook_url(self) -> str:
        return self._run(self._bot.get_webhook_info()).url

    def webhook_set(self, *, url: str, secret: str, kinds: Iterable[str]) -> None:
        self._run(self._bot.set_webhook(url=url, secret_token=secret, allowed_updates=list(kinds)))

    def webhook_delete(self) -> None:
        """What waits is kept and read by getUpdates."""
        self._run(self._bot.delete_webhook(drop_pending_updates=False))

    def commands_set(self, commands: dict[str, str], *, language: str = "") -> None:
        """Name -> what it does; `language` of two letters, "" for all others."""
        rows = [BotCommand(name, text[:256]) for name, text in commands.items()]
        self._run(self._bot.set_my_commands(rows, language_code=language or None))

    def perform(self, calls: Iterable[Outgoing]) -> None:
        """Says all of it. What cannot be said in that chat is left; trouble with the network or
        with Telegram itself is raised."""
        for call in calls:
            try:
                self._patient(call)
            except ChatMigrated as error:
                self._follow(call, error.new_chat_id)
            except (BadRequest, Forbidden) as error:
                is_pointless = any(part in error.message.lower() for part in POINTLESS)
                if not is_pointless:
                    logger.warning("bot_not_heard call=%s why=%s", type(call).__name__, error)

    def _follow(self, call: Outgoing, chat_id: int) -> None:
        """The group got another number since it spoke. Only what is said anew can follow it there;
        asking again under the old number would fail for ever and hold back all updates behind."""
        if not isinstance(call, Say):
            return
        try:
            self._patient(replace(call, chat_id=chat_id))
        except (BadRequest, Forbidden, ChatMigrated) as error:
            logger.warning("bot_not_heard call=Say why=%s", type(error).__name__)

    def _patient(self, call: Outgoing) -> None:
        try:
            self._run(self._call(call))
        except RetryAfter as error:
            wait = retry_seconds(error)
            if wait > RETRY_AFTER_MAX_SECONDS:
                logger.warning("bot_must_wait seconds=%d", wait)
                return
            self._run(asyncio.sleep(wait))
            self._run(self._call(call))

    async def _call(self, call: Outgoing) -> None:
        match call:
            case Say():
                await self._bot.send_message(
                    chat_id=call.chat_id,
                    text=call.text,
                    parse_mode=ParseMode.HTML,
                    message_thread_id=call.thread_id,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                    reply_markup=_markup(call.keyboard),
                )
            case Rewrite():
                await self._bot.edit_message_text(
                    chat_id=call.chat_id,
                    message_id=call.message_id,
                    text=call.text,
                    parse_mode=ParseMode.HTML,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                    reply_markup=_markup(call.keyboard),
                )
            case Redraw():
                await self._bot.edit_message_reply_markup(
                    chat_id=call.chat_id,
                    message_id=call.message_id,
                    reply_markup=_markup(call.keyboard),
                )
            case Answer():
                await self._bot.answer_callback_query(
                    call.query_id, text=call.text or None, show_alert=call.is_loud
                )

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(self._watched(work))

    async def _watched(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.ensure_future(work)
        while not (await asyncio.wait({task}, timeout=LOOK_SECONDS))[0]:
            self._beat()
            if self._end.is_set():
                task.cancel()
                await asyncio.wait({task}, timeout=1)
                raise Ended
        return task.result()


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    if not keyboard:
        return None
    return InlineKeyboardMarkup.de_json({"inline_keyboard": [list(row) for row in keyboard]}, None)


__all__ = ["BotClient", "Ended", "TelegramError"]
