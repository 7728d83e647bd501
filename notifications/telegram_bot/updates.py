"""Pure: what an update of the Bot API says, as far as we listen. Fields we do not know are nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

ASKED = ("message", "channel_post", "callback_query", "my_chat_member")
"""Kinds of updates that are asked for."""

PRIVATE, CHANNEL = "private", "channel"
OUTSIDE = frozenset({"left", "kicked"})
Json = Mapping[str, Any]


class Chat(NamedTuple):
    """`thread_id`: topic of a forum group."""

    id: int
    type: str
    title: str
    thread_id: int | None = None

    @property
    def is_private(self) -> bool:
        return self.type == PRIVATE


class Person(NamedTuple):
    id: int
    name: str
    language: str = ""


class Said(NamedTuple):
    """`person` is None where nobody is named: posts of channels, anonymous administrators."""

    chat: Chat
    person: Person | None
    text: str


class Pressed(NamedTuple):
    """`chat` is None when the message is too old for Telegram to say where it was."""

    chat: Chat | None
    person: Person
    query_id: str
    data: str
    message_id: int
    keyboard: Sequence[Sequence[Json]]


class Moved(NamedTuple):
    old_id: int
    new_id: int


class Standing(NamedTuple):
    """The bot was let in, or put out: blocked, kicked."""

    chat: Chat
    is_inside: bool
    status: str


Heard = Said | Pressed | Moved | Standing


def read_update(update: Any) -> tuple[int, Heard | None]:
    """Its number and what it says; None for what we do not listen to. Raises ValueError for what
    is no update at all."""
    if not isinstance(update, dict) or not isinstance(update.get("update_id"), int):
        raise ValueError("not an update")  # noqa: TRY004 - it came from outside
    try:
        return update["update_id"], _heard(update)
    except (KeyError, TypeError, ValueError, AttributeError):
        return update["update_id"], None


def _heard(update: Json) -> Heard | None:
    if "message" in update:
        return _message(update["message"])
    if "channel_post" in update:
        return _message(update["channel_post"])
    if "callback_query" in update:
        return _press(update["callback_query"])
    if "my_chat_member" in update:
        member = update["my_chat_member"]
        status = str(member["new_chat_member"]["status"])
        return Standing(_chat(member["chat"], {}), status not in OUTSIDE, status)
    return None


def _message(message: Json) -> Heard | None:
    if message.get("migrate_to_chat_id"):
        return Moved(int(message["chat"]["id"]), int(message["migrate_to_chat_id"]))
    if message.get("migrate_from_chat_id"):
        return Moved(int(message["migrate_from_chat_id"]), int(message["chat"]["id"]))
    text = message.get("text")
    if not isinstance(text, str):
        return None
    return Said(_chat(message["chat"], message), _person(message.get("from")), text)


def _press(query: Json) -> Pressed | None:
    person = _person(query["from"])
    if person is None:
        return None
    message = query.get("message") or {}
    keyboard = (message.get("reply_markup") or {}).get("inline_keyboard") or []
    return Pressed(
        chat=_chat(message["chat"], message) if message.get("chat") else None,
        person=person,
        query_id=str(query["id"]),
        data=str(query.get("data") or ""),
        message_id=int(message.get("message_id") or 0),
        keyboard=[[dict(button) for button in row] for row in keyboard],
    )


def _chat(chat: Json, message: Json) -> Chat:
    names = (chat.get("title"), chat.get("first_name"), chat.get("last_name"))
    title = " ".join(str(name) for name in names if name) or str(chat.get("username") or "")
    is_topic = message.get("is_topic_message") and chat["type"] != PRIVATE
    thread_id = int(message["message_thread_id"]) if is_topic else None
    return Chat(int(chat["id"]), str(chat["type"]), title[:250], thread_id)


def _person(sender: Any) -> Person | None:
    if not isinstance(sender, dict) or sender.get("is_bot"):
        return None
    names = (sender.get("first_name"), sender.get("last_name"))
    name = " ".join(str(part) for part in names if part)
    return Person(int(sender["id"]), name[:100], str(sender.get("language_code") or ""))


def command_of(text: str, username: str) -> tuple[str, str] | None:
    """(name in lower case, the rest) of a command that is meant for us, else None."""
    word, _, rest = text.strip().partition(" ")
    if "\n" in word:
        word, _, more = word.partition("\n")
        rest = f"{more} {rest}"
    if not word.startswith("/") or len(word) < 2:
        return None
    name, _, bot = word[1:].partition("@")
    if bot and bot.lower() != username.lower():
        return None
    return name.lower(), rest.strip()
