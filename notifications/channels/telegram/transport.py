"""Messages to a Telegram chat, through one Bot per batch of a channel."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings

from common.plugin import ConfigField
from notifications.channels.base import Message, Receipt, Target
from notifications.channels.errors import DeliveryError
from notifications.channels.telegram.config import CONFIG

if TYPE_CHECKING:
    from notifications.channels.telegram.sending import Chat


class TelegramTransport:
    """One chat, or one topic of it. A migrated chat is remembered through Receipt.new_config."""

    kind: ClassVar[str] = "telegram"
    label: ClassVar[str] = "Telegram"
    has_html: ClassVar[bool] = False
    CONFIG: ClassVar[Sequence[ConfigField]] = CONFIG

    def __init__(self, target: Target) -> None:
        self._chat_id = str(target.config.get("chat_id", ""))
        self._thread_id = target.config.get("message_thread_id")
        self._token = str(target.secrets.get("bot_token") or settings.TELEGRAM_BOT_TOKEN)
        # Presses go to the bot that sent the message, and we listen to one bot only.
        self._is_heard = self._token == settings.TELEGRAM_BOT_TOKEN

    @classmethod
    def load(cls) -> None:
        _chat()

    @classmethod
    def prepare(cls, values: dict[str, Any]) -> dict[str, Any]:
        return values

    def send(self, message: Message) -> Receipt:
        (result,) = self.send_many([message])
        if isinstance(result, DeliveryError):
            raise result
        return result

    def send_many(self, messages: Sequence[Message]) -> Sequence[Receipt | DeliveryError]:
        """Stops at the first failure that concerns the chat or the connection."""
        return self._attempt(messages)

    def show(self, message: Message, place: str) -> Receipt:
        """Edits the message `place`, or sends a new one quietly (ShowsCards)."""
        (result,) = self._attempt([message], place=place)
        if isinstance(result, DeliveryError):
            raise result
        return result

    def _attempt(
        self, messages: Sequence[Message], place: str | None = None
    ) -> list[Receipt | DeliveryError]:
        if not self._token:
            return [
                DeliveryError(
                    "There is no bot token.",
                    code="no_token",
                    disables_channel=True,
                    advice="Enter one, or set TELEGRAM_BOT_TOKEN, then enable the channel.",
                )
            ]
        chat = _chat()(self._token, self._chat_id, self._thread_id, is_heard=self._is_heard)
        try:
            return asyncio.run(chat.send_all(messages, place))
        finally:
            self._chat_id = chat.chat_id


def _chat() -> type[Chat]:
    """Imported late: the library takes ten megabytes, and most processes send no telegram."""
    found: type[Chat] = import_module("notifications.channels.telegram.sending").Chat
    return found
