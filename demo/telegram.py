"""The Bot API at `/bot<TOKEN>/<method>`, for senders and for bots that listen (telegram_updates.py).

Failures by name, see fail(): too_many(retry_after), blocked, kicked, deactivated, group_deleted,
chat_not_found, cant_parse, topic_closed, no_rights, unauthorized, server_error, bad_gateway,
slow(seconds), hang(seconds).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from demo.forms import parameters
from demo.inbox import Inbox, Received
from demo.script import Script, Step
from demo.server import Delivery, Reply, Request, json_reply
from demo.telegram_people import People
from demo.telegram_text import Refused, check_buttons, read_text
from demo.telegram_updates import (
    Updates,
    answer_query,
    delete_webhook,
    get_updates,
    leave_chat,
    set_commands,
    set_webhook,
    webhook_info,
)

TOKEN = "7000000001:" + "Demo" * 8 + "Bot"
CHAT_ID = 1001
FORBIDDEN = {
    "blocked": "Forbidden: bot was blocked by the user",
    "kicked": "Forbidden: bot was kicked from the supergroup chat",
    "deactivated": "Forbidden: user is deactivated",
    "group_deleted": "Forbidden: the group chat was deleted",
}
BAD_REQUEST = {
    "chat_not_found": "Bad Request: chat not found",
    "cant_parse": 'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0',
    "topic_closed": "Bad Request: TOPIC_CLOSED",
    "no_rights": "Bad Request: not enough rights to send text messages to the chat",
}
FAILURES = (
    frozenset(FORBIDDEN)
    | set(BAD_REQUEST)
    | {
        "too_many",
        "unauthorized",
        "server_error",
        "bad_gateway",
        "slow",
        "hang",
    }
)


@dataclass(slots=True)
class Chat:
    id: int
    type: str = "private"
    title: str = "Demo"
    is_forum: bool = False
    threads: set[int] = field(default_factory=set)

    def as_dict(self) -> dict[str, Any]:
        name = {"first_name": self.title} if self.type == "private" else {"title": self.title}
        return {"id": self.id, "type": self.type, **name}


@dataclass(slots=True)
class BotCall:
    """One call of the API, refused ones too."""

    method: str
    params: dict[str, Any]
    at: float = field(default_factory=time.time)
    status: int = 200


class Telegram(People):
    def __init__(self, base_url: str, inbox: Inbox) -> None:
        self.url = base_url
        self.inbox = inbox
        self.updates = Updates()
        self.reset()

    def reset(self) -> None:
        self.tokens = {TOKEN}
        self.chats = {CHAT_ID: Chat(CHAT_ID)}
        self.moved: dict[int, int] = {}
        self.calls: deque[BotCall] = deque(maxlen=20_000)
        self._texts: dict[tuple[int, int], dict[str, Any]] = {}
        self._ids = count(1)
        self._script = Script()
        self._listening = Script()
        self.updates.reset()

    def add_chat(self, chat_id: int, kind: str = "", **values: Any) -> Chat:
        """Positive ids are private chats, negative ones supergroups unless `kind` says more."""
        chat = Chat(chat_id, kind or ("private" if chat_id > 0 else "supergroup"), **values)
        self.chats[chat_id] = chat
        return chat

    def migrate(self, chat_id: int, new_id: int) -> None:
        """Turns a group into a supergroup: the old id is answered with the new one."""
        old = self.chats.pop(chat_id)
        self.moved[chat_id] = new_id
        self.add_chat(new_id)
        told = {"message_id": next(self._ids), "date": int(time.time()), "chat": old.as_dict()}
        self.updates.put("message", {**told, "migrate_to_chat_id": new_id})

    def fail(
        self, name: str, *, times: int | None = 1, chat_id: int | str = "", **options: Any
    ) -> Callable[[], None]:
        """The next `times` messages (of one chat) fail; None = until cleared."""
        if name not in FAILURES:
            raise ValueError(f"failure is one of {', '.join(sorted(FAILURES))}")
        return self._script.add(name, times=times, when=str(chat_id), **options)

    def fail_listening(
        self, name: str, *, times: int | None = 1, **options: Any
    ) -> Callable[[], None]:
        """The same for whoever asks for updates."""
        if name not in FAILURES:
            raise ValueError(f"failure is one of {', '.join(sorted(FAILURES))}")
        return self._listening.add(name, times=times, **options)

    def clear(self) -> None:
        self._script.clear()
        self._listening.clear()

    def _message_ids(self) -> Iterator[int]:
        return self._ids

    def answer(self, request: Request, token: str, method: str) -> Reply:
        call = BotCall(method, {})
        self.calls.append(call)
        reply = self._guarded(request, token, call)
        call.status = reply.status
        return reply

    def _guarded(self, request: Request, token: str, call: BotCall) -> Reply:
        try:
            if token not in self.tokens:
                raise Refused(401, "Unauthorized")
            verb = METHODS.get(call.method.lower())
            if verb is None:
                raise Refused(404, "Not Found: method not found")
            call.params = parameters(request)
            step = self._script.take(str(call.params.get("chat_id", ""))) if verb.sends else None
            if verb.listens:
                step = self._listening.take()
            if step is not None and (reply := _failure(step)) is not None:
                return reply
            reply = json_reply({"ok": True, "result": verb.run(self, call.params)})
            if step is not None:
                reply.delivery = Delivery(delay_seconds=float(step.options.get("seconds", 1)))
        except Refused as refused:
            return _refusal(refused)
        except ValueError:
            return _refusal(Refused(400, "Bad Request: can't parse request"))
        return reply

    def _chat(self, params: dict[str, Any]) -> Chat:
        raw = str(params.get("chat_id", "")).strip()
        if not raw:
            raise Refused(400, "Bad Request: chat_id is empty")
        chat_id = int(raw) if raw.lstrip("-").isdigit() else 0
        if chat_id in self.moved:
            text = "Bad Request: group chat was upgraded to a supergroup chat"
            raise Refused(400, text, migrate_to_chat_id=self.moved[chat_id])
        if chat_id not in self.chats:
            raise Refused(400, "Bad Request: chat not found")
        return self.chats[chat_id]

    def get_me(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"id": 7000000001, "is_bot": True, "first_name": "Demo", "username": "demo_bot"}

    def get_chat(self, params: dict[str, Any]) -> dict[str, Any]:
        return {**self._chat(params).as_dict(), "accent_color_id": 0, "max_reaction_count": 11}

    def send_message(self, params: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(params)
        thread = int(params.get("message_thread_id") or 0)
        if thread and thread not in chat.threads:
            raise Refused(400, "Bad Request: message thread not found")
        return self._keep(chat, next(self._ids), params, "sendMessage")

    def edit_text(self, params: dict[str, Any]) -> dict[str, Any]:
        chat = self._chat(params)
        message_id = int(params.get("message_id") or 0)
        old = self._texts.get((chat.id, message_id))
        if old is None:
            raise Refused(400, "Bad Request: message to edit not found")
        merged = {**old, **params, "message_id": message_id}
        if merged == old:
            raise Refused(400, "Bad Request: message is not modified")
        return self._keep(chat, message_id, merged, "editMessageText")

    def edit_markup(self, params: dict[str, Any]) -> dict[str, Any]:
        """Without a keyboard it takes the old one away."""
        return self.edit_text({"reply_markup": None, **params})

    def delete_message(self, params: dict[str, Any]) -> bool:
        key = (self._chat(params).id, int(params.get("message_id") or 0))
        if self._texts.pop(key, None) is None:
            raise Refused(400, "Bad Request: message to delete not found")
        return True

    def _keep(
        self, chat: Chat, message_id: int, params: dict[str, Any], method: str
    ) -> dict[str, Any]:
        text, entities = read_text(params)
        markup = params.get("reply_markup")
        check_buttons(markup)
        self._texts[chat.id, message_id] = {**params, "message_id": message_id}
        detail = {
            "method": method,
            "message_id": message_id,
            "parse_mode": params.get("parse_mode"),
            "reply_markup": markup,
            "entities": entities,
            "message_thread_id": params.get("message_thread_id"),
        }
        html = str(params["text"]) if params.get("parse_mode") else ""
        self.inbox.add(Received("telegram", str(chat.id), text=text, html=html, detail=detail))
        result = {
            "message_id": message_id,
            "date": int(time.time()),
            "chat": chat.as_dict(),
            "from": self.get_me({}),
            "text": text,
        }
        result |= {"reply_markup": markup} if markup else {}
        return result | ({"entities": entities} if entities else {})


@dataclass(frozen=True, slots=True)
class Method:
    run: Callable[[Telegram, dict[str, Any]], Any]
    sends: bool = True
    """Scripted failures apply."""
    listens: bool = False
    """Those of fail_listening()."""


METHODS = {
    "getme": Method(Telegram.get_me, sends=False),
    "getchat": Method(Telegram.get_chat, sends=False),
    "sendmessage": Method(Telegram.send_message),
    "editmessagetext": Method(Telegram.edit_text),
    "editmessagereplymarkup": Method(Telegram.edit_markup),
    "deletemessage": Method(Telegram.delete_message),
    "getupdates": Method(get_updates, sends=False, listens=True),
    "answercallbackquery": Method(answer_query, sends=False),
    "setwebhook": Method(set_webhook, sends=False),
    "deletewebhook": Method(delete_webhook, sends=False),
    "getwebhookinfo": Method(webhook_info, sends=False),
    "setmycommands": Method(set_commands, sends=False),
    "leavechat": Method(leave_chat, sends=False),
}


def _refusal(refused: Refused) -> Reply:
    body: dict[str, Any] = {
        "ok": False,
        "error_code": refused.status,
        "description": refused.description,
    }
    if refused.parameters:
        body["parameters"] = refused.parameters
    return json_reply(body, refused.status)


def _failure(step: Step) -> Reply | None:
    """The scripted answer; None for a step that only delays."""
    name, options = step.name, step.options
    if name == "slow":
        return None
    if name == "hang":
        seconds = float(options.get("seconds", 60))
        return Reply(delivery=Delivery(delay_seconds=seconds, is_answered=False))
    if name == "bad_gateway":
        return Reply(502, b"<html><h1>502 Bad Gateway</h1></html>", "text/html")
    if name == "too_many":
        seconds = int(options.get("retry_after", 5))
        text = f"Too Many Requests: retry after {seconds}"
        return _refusal(Refused(429, text, retry_after=seconds))
    if name in FORBIDDEN:
        return _refusal(Refused(403, FORBIDDEN[name]))
    if name in BAD_REQUEST:
        return _refusal(Refused(400, BAD_REQUEST[name]))
    if name == "unauthorized":
        return _refusal(Refused(401, "Unauthorized"))
    return _refusal(Refused(500, "Internal Server Error"))
