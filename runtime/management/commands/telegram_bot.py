from __future__ import annotations

import signal
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from notifications.telegram_bot.poller import Poller
from runtime.pulse import Pulse


class Command(BaseCommand):
    help = (
        "The Telegram bot: hears what people write and press. Part of `run` where a token is set."
    )

    requires_system_checks = ()  # `run` made them; those of the addresses load every page

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.TELEGRAM_BOT_TOKEN:
            raise CommandError(
                "There is no bot: set TELEGRAM_BOT_TOKEN to the token of @BotFather."
            )
        end = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: end.set())
        pulse = Pulse.of_environment()
        Poller(settings.TELEGRAM_BOT_TOKEN, end=end, beat=pulse.beat if pulse else _nothing).run()


def _nothing() -> None:
    """Nobody listens: it was started by hand."""
