"""What an error of the Bot API means for the message and for the channel."""

from __future__ import annotations

import os

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from common.redaction import redact
from notifications.channels.errors import DeliveryError

# The library's own switch to time spans: without it RetryAfter warns that numbers will go.
os.environ.setdefault("PTB_TIMEDELTA", "true")

GONE = ("chat not found", "chat_id is empty", "message thread not found", "peer_id_invalid")
"""Parts of "Bad Request" texts that mean: there is nothing at that place."""


def is_entity_error(error: BadRequest) -> bool:
    return "can't parse entities" in error.message.lower()


def is_button_error(error: BadRequest) -> bool:
    return "button" in error.message.lower()


def named(error: TelegramError) -> DeliveryError:
    """Our error for one of the library; texts of the network library are not repeated."""
    if isinstance(error, RetryAfter):
        seconds = retry_seconds(error)
        return DeliveryError(
            f"Telegram asked to wait {seconds:g} s.", code="rate_limited", retry_after=seconds
        )
    if isinstance(error, Forbidden):
        return DeliveryError(
            f"Telegram refused: {redact(error.message)}.",
            code="forbidden",
            disables_channel=True,
            advice="Let the bot into the chat again, then enable the channel.",
        )
    if isinstance(error, InvalidToken):
        return DeliveryError(
            "Telegram does not accept the bot token.",
            code="bad_token",
            disables_channel=True,
            advice="Enter the token that @BotFather shows, then enable the channel.",
        )
    if isinstance(error, ChatMigrated):
        return DeliveryError("The group moved again while it was followed.", code="chat_moved")
    if isinstance(error, BadRequest):
        return _bad_request(error)
    if isinstance(error, TimedOut):
        return DeliveryError("Telegram did not answer in time.", code="timeout")
    return DeliveryError("Telegram could not be reached.", code="unreachable")


def _bad_request(error: BadRequest) -> DeliveryError:
    text = redact(error.message)
    if any(part in text.lower() for part in GONE):
        return DeliveryError(
            f"Telegram refused: {text}.",
            code="chat_not_found",
            disables_channel=True,
            advice="Check chat and topic, write to the bot once, then enable the channel.",
        )
    return DeliveryError(f"Telegram refused: {text}.", code="bad_request", permanent=True)


def retry_seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()
