"""An update becomes changed rows and things to say. No network; each change is a transaction."""

from __future__ import annotations

from notifications.telegram_bot import commands, presses
from notifications.telegram_bot.membership import chat_moved, standing_changed
from notifications.telegram_bot.outgoing import Outgoing
from notifications.telegram_bot.updates import Heard, Moved, Pressed, Said, Standing


def handle(heard: Heard | None, username: str) -> list[Outgoing]:
    """Told twice it does the same once: an update comes again when we died before it was noted."""
    match heard:
        case Said():
            return commands.answer(heard, username)
        case Pressed():
            return presses.answer(heard)
        case Standing():
            standing_changed(heard)
        case Moved():
            chat_moved(heard)
    return []
