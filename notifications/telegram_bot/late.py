"""The way to Telegram for processes that seldom go it: its library, ten megabytes, is loaded by the
first who does. A web server of an installation without a bot never is."""

from __future__ import annotations

from importlib import import_module
from typing import Protocol, cast


class Calling(Protocol):
    """notifications/telegram_bot/calling.py, which says more. Network: not in a transaction."""

    def username_ask(self, token: str) -> str | None: ...

    def token_trouble(self, token: str) -> str: ...

    def update_receive(self, body: bytes, token: str) -> bool: ...


def calling() -> Calling:
    return cast(Calling, import_module("notifications.telegram_bot.calling"))
