"""How telegrams are sent, with the library for it. Loaded by whoever sends one (transport.py)."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Sequence
from functools import cache
from typing import Any

import httpx
from django.conf import settings
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, ChatMigrated, InvalidToken, TelegramError, TimedOut
from telegram.request import HTTPXRequest

from notifications.channels.base import Message, Receipt
from notifications.channels.errors import DeliveryError
from notifications.channels.telegram.failures import (
    is_button_error,
    is_entity_error,
    is_lost,
    is_unchanged,
    named,
)
from notifications.channels.telegram.text import html_text, plain_text

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
MESSAGE_SECONDS = 20.0
BATCH_SECONDS = 25.0
"""A batch starts no further message after that."""

# These log the address of every request, and the address holds the token.
for _name in ("httpx", "httpcore"):
    logging.getLogger(_name).setLevel(logging.WARNING)


@cache
def _tls() -> ssl.SSLContext:
    """Reading the trusted certificates costs more than ten messages: once is enough."""
    return httpx.create_ssl_context()


class Chat:
    """One chat, or one topic of it, as one bot sees it. `chat_id` changes when it migrates.

    `is_heard`: presses on buttons of this bot reach us."""

    def __init__(self, token: str, chat_id: str, thread_id: Any, *, is_heard: bool) -> None:
        self._token = token
        self.chat_id = chat_id
        self._thread_id = thread_id
        self._is_heard = is_heard

    async def send_all(
        self, messages: Sequence[Message], place: str | None
    ) -> list[Receipt | DeliveryError]:
        results: list[Receipt | DeliveryError] = []
        until = time.monotonic() + BATCH_SECONDS
        request = HTTPXRequest(
            connection_pool_size=1,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            write_timeout=READ_SECONDS,
            pool_timeout=CONNECT_SECONDS,
            httpx_kwargs={"verify": _tls()},
        )
        async with request:
            try:
                bot = Bot(
                    self._token,
                    base_url=f"{settings.TELEGRAM_API_URL}/bot",
                    request=request,
                    get_updates_request=request,
                )
            except InvalidToken as error:
                return [named(error)]
            for message in messages:
                if results and time.monotonic() > until:
                    break
                try:
                    async with asyncio.timeout(MESSAGE_SECONDS):
                        results.append(await self._send_one(bot, message, place))
                except TimeoutError:
                    results.append(named(TimedOut()))
                    break
                except TelegramError as error:
                    failure = named(error)
                    results.append(failure)
                    if failure.code != "bad_request":
                        break
        return results

    async def _send_one(self, bot: Bot, message: Message, place: str | None) -> Receipt:
        """At most one more call for each reason: moved chat, unreadable entities, bad buttons."""
        is_html, button = True, message.button
        actions = message.actions if self._is_heard else ()
        new_config: dict[str, str] = {}
        while True:
            try:
                provider_id = await self._put(
                    bot,
                    place,
                    text=html_text(message) if is_html else plain_text(message),
                    parse_mode=ParseMode.HTML if is_html else None,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                    reply_markup=_keyboard(button, actions),
                )
            except ChatMigrated as error:
                if new_config:
                    raise
                self.chat_id, place = str(error.new_chat_id), None if place is None else ""
                new_config = {"chat_id": self.chat_id}
            except BadRequest as error:
                if is_html and is_entity_error(error):
                    is_html = False
                elif button and is_button_error(error):
                    button = None
                elif actions and is_button_error(error):
                    actions = ()
                else:
                    raise
            else:
                return Receipt(provider_id=provider_id, new_config=new_config)

    async def _put(self, bot: Bot, place: str | None, **words: Any) -> str:
        """The id of the message that holds the words now; `place` is None for one that is not
        edited later. One that was deleted meanwhile is sent anew."""
        if place:
            try:
                await bot.edit_message_text(chat_id=self.chat_id, message_id=int(place), **words)
            except BadRequest as error:
                if not is_lost(error):
                    if is_unchanged(error):
                        return place
                    raise
            else:
                return place
        sent = await bot.send_message(
            chat_id=self.chat_id,
            message_thread_id=self._thread_id,
            disable_notification=place is not None,
            **words,
        )
        return str(sent.message_id)


def _keyboard(
    button: tuple[str, str] | None, actions: Sequence[Sequence[tuple[str, str]]]
) -> InlineKeyboardMarkup | None:
    rows = [[InlineKeyboardButton(button[0], url=button[1])]] if button else []
    rows += [
        [InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in actions
    ]
    return InlineKeyboardMarkup(rows) if rows else None
