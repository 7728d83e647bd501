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

GONE = ("chat not found", "chat_id is empty", "peer_id_invalid")
"""Parts of "Bad Request" texts that mean: there is nothing at that place."""

TOPIC_GONE = ("message thread not found", "topic_deleted", "topic_id_invalid")
TOPIC_CLOSED = ("topic_closed", "topic is closed")
NO_RIGHTS = ("not enough rights", "have no rights", "need administrator rights", "write_forbidden")
UNCHANGED = ("message is not modified",)
LOST = ("message to edit not found", "message can't be edited", "message_id_invalid")
"""What was sent once is deleted, or too old to be edited."""


def is_entity_error(error: BadRequest) -> bool:
    return "can't parse entities" in error.message.lower()


def is_button_error(error: BadRequest) -> bool:
    return "button" in error.message.lower()


def is_unchanged(error: BadRequest) -> bool:
    return _says(error, UNCHANGED)


def is_lost(error: BadRequest) -> bool:
    return _says(error, LOST)


def _says(error: BadRequest, parts: tuple[str, ...]) -> bool:
    return any(part in error.message.lower() for part in parts)


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
    if _says(error, GONE):
        return _closed(
            text,
            code="chat_not_found",
            advice="Check the chat, write to the bot once, then enable the channel.",
        )
    if _says(error, TOPIC_GONE):
        return _closed(
            text,
            code="topic_not_found",
            advice="Enter another topic, or none for the general one, then enable the channel.",
        )
    if _says(error, TOPIC_CLOSED):
        return _closed(
            text,
            code="topic_closed",
            advice="Open the topic again, or let the bot manage topics, then enable the channel.",
        )
    if _says(error, NO_RIGHTS):
        return _closed(
            text, code="no_rights", advice="Let the bot write there, then enable the channel."
        )
    return DeliveryError(f"Telegram refused: {text}.", code="bad_request", permanent=True)


def _closed(text: str, *, code: str, advice: str) -> DeliveryError:
    return DeliveryError(
        f"Telegram refused: {text}.", code=code, disables_channel=True, advice=advice
    )


def retry_seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait) if isinstance(wait, int) else wait.total_seconds()
