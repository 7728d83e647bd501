"""What people do in the chats of the fake Telegram: they write, press, block and throw out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from demo.telegram_updates import Updates

if TYPE_CHECKING:
    from demo.telegram import Chat

Json = dict[str, Any]
ANONYMOUS = 1087968824
"""Of GroupAnonymousBot, in whose name administrators may write."""


def person(user_id: int, name: str = "", language: str = "en") -> Json:
    if user_id == ANONYMOUS:
        return {"id": user_id, "is_bot": True, "first_name": "Group"}
    return {
        "id": user_id,
        "is_bot": False,
        "first_name": name or f"Person {user_id}",
        "language_code": language,
    }


class People:
    """What people can do, mixed into the Telegram of the world."""

    chats: dict[int, Chat]
    updates: Updates
    _texts: dict[tuple[int, int], Json]

    def say(
        self, text: str, chat_id: int, *, user_id: int = 0, thread: int = 0, **sender: Any
    ) -> int:
        """Writes to a chat; in a channel it is a post that names nobody. Returns the update id."""
        chat = self.chats[chat_id]
        message: Json = {
            "message_id": next(self._message_ids()),
            "date": int(time.time()),
            "chat": chat.as_dict(),
            "text": text,
        }
        if text.startswith("/"):
            length = len(text.split()[0])
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        if thread:
            message |= {"message_thread_id": thread, "is_topic_message": True}
        if chat.type == "channel":
            return self.updates.put("channel_post", message)
        message["from"] = person(user_id or abs(chat_id), **sender)
        return self.updates.put("message", message)

    def press(
        self, button: str, chat_id: int, *, message_id: int = 0, user_id: int = 0, **sender: Any
    ) -> str:
        """Presses the newest button with that label or data, as a person; the id of the query."""
        found = self._button(button, chat_id, message_id)
        if found is None:
            raise ValueError(f"there is no button {button!r} in {chat_id}")
        text, data = found
        return self.press_data(data, chat_id, text["message_id"], user_id=user_id, **sender)

    def press_data(
        self, data: str, chat_id: int, message_id: int, *, user_id: int = 0, **sender: Any
    ) -> str:
        """A press with any data: clients can be made to send what is on no button."""
        query_id = str(next(self._message_ids()) + 9_000_000)
        text = self._texts.get((chat_id, message_id), {})
        message: Json = {
            "message_id": message_id,
            "date": int(time.time()),
            "chat": self.chats[chat_id].as_dict(),
            "text": text.get("text", ""),
        }
        if text.get("reply_markup"):
            message["reply_markup"] = text["reply_markup"]
        if text.get("message_thread_id"):
            message |= {"message_thread_id": int(text["message_thread_id"])}
            message["is_topic_message"] = True
        self.updates.queries.add(query_id)
        self.updates.put(
            "callback_query",
            {
                "id": query_id,
                "from": person(user_id or abs(chat_id), **sender),
                "chat_instance": "1",
                "message": message,
                "data": data,
            },
        )
        return query_id

    def answer_to(self, query_id: str, timeout: float = 5.0) -> Json:
        """What the person who pressed is told; raises TimeoutError."""
        self.updates.wait(lambda: query_id in self.updates.answers, timeout)
        return self.updates.answers[query_id]

    def put_out(self, chat_id: int, status: str = "kicked", *, was: str = "member") -> int:
        """Blocks the bot in a private chat, or takes it out of a group (or in: "member")."""
        user = person(abs(chat_id) % 10**9)
        bot = {"id": 7000000001, "is_bot": True, "first_name": "Demo", "username": "demo_bot"}
        return self.updates.put(
            "my_chat_member",
            {
                "chat": self.chats[chat_id].as_dict(),
                "from": user,
                "date": int(time.time()),
                "old_chat_member": {"status": was, "user": bot},
                "new_chat_member": {"status": status, "user": bot, "until_date": 0},
            },
        )

    def _message_ids(self) -> Iterator[int]:
        raise NotImplementedError

    def _button(self, button: str, chat_id: int, message_id: int) -> tuple[Json, str] | None:
        for (where, number), text in sorted(self._texts.items(), reverse=True):
            if where != chat_id or (message_id and number != message_id):
                continue
            markup = text.get("reply_markup") or {}
            for row in markup.get("inline_keyboard", []):
                for one in row:
                    if one.get("callback_data") and button in (one["text"], one["callback_data"]):
                        return text, str(one["callback_data"])
        return None
