"""What people do to the bot: words, presses, blocks; handed out by getUpdates or to its webhook.

As the real API: one reader at a time, no reading while a webhook is set, an update comes again
until a later offset or the webhook's 200 confirms it, only the asked kinds are handed out.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, Any

import requests

from demo.telegram_text import Refused

if TYPE_CHECKING:
    from demo.telegram import Telegram

Json = dict[str, Any]
LONGEST_POLL_SECONDS = 1.0
"""The real one waits as long as it is asked to; a world that stops must not wait for it."""

PUSHES = 3
PUSH_AGAIN_SECONDS = 0.2


class Updates:
    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.reset()

    def reset(self) -> None:
        with self.changed:
            self.waiting: list[Json] = []
            self.handed: list[int] = []
            """Ids in the order they were handed out, repetitions too."""
            self.answers: dict[str, Json] = {}
            """Presses that were answered, by the id of their query."""
            self.queries: set[str] = set()
            self.commands: dict[str, list[Json]] = {}
            """By language; "" for all others."""
            self.webhook: Json = {}
            self.allowed: list[str] = []
            self.left: list[int] = []
            self._ids = count(500_001)
            self._readers = count(1)
            self._reader = 0
            self.changed.notify_all()

    def put(self, kind: str, body: Json) -> int:
        """An update of any kind; its id."""
        with self.changed:
            number = next(self._ids)
            update = {"update_id": number, kind: body}
            self.waiting.append(update)
            self.changed.notify_all()
            hook = dict(self.webhook)
        if hook.get("url"):
            threading.Thread(target=self._push, args=(hook, update), daemon=True).start()
        return number

    def wait(self, condition: Callable[[], Any], timeout: float = 5.0) -> None:
        """Until the condition holds; raises TimeoutError."""
        with self.changed:
            if not self.changed.wait_for(condition, timeout):
                raise TimeoutError(f"not within {timeout} s")

    def read(self, params: Json) -> list[Json]:
        if self.webhook.get("url"):
            raise Refused(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook "
                "to delete the webhook first",
            )
        offset = int(params.get("offset") or 0)
        limit = int(params.get("limit") or 100)
        until = time.monotonic() + min(float(params.get("timeout") or 0), LONGEST_POLL_SECONDS)
        with self.changed:
            me = self._reader = next(self._readers)
            self.changed.notify_all()
            self._take(params)
            self.waiting = [one for one in self.waiting if one["update_id"] >= offset]
            while not (found := [one for one in self.waiting if self._is_asked(one)]):
                left = until - time.monotonic()
                if left <= 0 or not self.changed.wait(left):
                    break
                if self._reader != me:
                    raise Refused(
                        409,
                        "Conflict: terminated by other getUpdates request; make sure that only "
                        "one bot instance is running",
                    )
            self.handed += [one["update_id"] for one in found[:limit]]
            self.changed.notify_all()
            return found[:limit]

    def _is_asked(self, update: Json) -> bool:
        return not self.allowed or any(kind in update for kind in self.allowed)

    def _take(self, params: Json) -> None:
        """Which kinds are asked for; it holds until it is said anew."""
        if "allowed_updates" in params:
            given = params["allowed_updates"]
            self.allowed = json.loads(given) if isinstance(given, str) else list(given)

    def _push(self, hook: Json, update: Json) -> None:
        if not self._is_asked(update):
            return
        headers = {}
        if hook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook["secret_token"]
        for _ in range(PUSHES):
            try:
                answer = requests.post(hook["url"], json=update, headers=headers, timeout=10)
                is_taken = answer.ok
                self.webhook["last_error_message"] = "" if is_taken else str(answer.status_code)
            except requests.RequestException as error:
                is_taken = False
                self.webhook["last_error_message"] = str(error)
            if is_taken:
                with self.changed:
                    self.handed.append(update["update_id"])
                    self.waiting = [one for one in self.waiting if one is not update]
                    self.changed.notify_all()
                return
            time.sleep(PUSH_AGAIN_SECONDS)


def get_updates(telegram: Telegram, params: Json) -> list[Json]:
    return telegram.updates.read(params)


def answer_query(telegram: Telegram, params: Json) -> bool:
    query_id = str(params.get("callback_query_id", ""))
    updates = telegram.updates
    with updates.changed:
        if query_id not in updates.queries:
            raise Refused(
                400,
                "Bad Request: query is too old and response timeout expired or query ID is invalid",
            )
        if len(str(params.get("text") or "")) > 200:
            raise Refused(400, "Bad Request: MESSAGE_TOO_LONG")
        updates.answers[query_id] = params
        updates.changed.notify_all()
    return True


def set_webhook(telegram: Telegram, params: Json) -> bool:
    with telegram.updates.changed:
        telegram.updates.webhook = {"url": ""} | params
        telegram.updates._take(params)
        telegram.updates.changed.notify_all()
    return True


def delete_webhook(telegram: Telegram, params: Json) -> bool:
    return set_webhook(telegram, {})


def webhook_info(telegram: Telegram, params: Json) -> Json:
    hook = telegram.updates.webhook
    shown = {key: value for key, value in hook.items() if key == "last_error_message"}
    return {
        "url": hook.get("url", ""),
        "has_custom_certificate": False,
        "pending_update_count": len(telegram.updates.waiting),
        **shown,
    }


def set_commands(telegram: Telegram, params: Json) -> bool:
    given = params.get("commands") or "[]"
    rows = json.loads(given) if isinstance(given, str) else given
    telegram.updates.commands[str(params.get("language_code") or "")] = rows
    return True


def leave_chat(telegram: Telegram, params: Json) -> bool:
    telegram.updates.left.append(int(params.get("chat_id") or 0))
    return True
