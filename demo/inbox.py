"""Everything that arrived by Telegram, mail, webhook, SMS and WhatsApp, in one list."""

from __future__ import annotations

import json
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

KEPT_MESSAGES = 50_000


@dataclass(frozen=True, slots=True)
class Received:
    """One message. `to` is the chat id, the first address, the hook's name, or the number."""

    kind: str
    """"telegram", "mail", "webhook", "sms" or "whatsapp"."""
    to: str
    subject: str = ""
    text: str = ""
    """As a person reads it: Telegram after entity parsing, the plain part of a mail, a body."""
    html: str = ""
    """The source with tags, when there was one."""
    headers: dict[str, str] = field(default_factory=dict)
    """Names in lower case."""
    body: bytes = b""
    """The raw body of a webhook or the raw mail."""
    status: int = 200
    """What the receiver answered."""
    detail: dict[str, Any] = field(default_factory=dict)
    at: float = field(default_factory=time.time)
    """Seconds since the epoch."""

    def json(self) -> Any:
        return json.loads(self.body)

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "body": self.body.decode("utf-8", "replace")}


class Inbox:
    def __init__(self) -> None:
        self._messages: deque[Received] = deque(maxlen=KEPT_MESSAGES)
        self._changed = threading.Condition()
        self._added = 0

    def add(self, message: Received) -> None:
        with self._changed:
            self._messages.append(message)
            self._added += 1
            self._changed.notify_all()

    def messages(self, kind: str = "", to: str = "") -> list[Received]:
        """Oldest first."""
        with self._changed:
            return [m for m in self._messages if _fits(m, kind, to)]

    def latest(self, count: int) -> list[Received]:
        """Newest first."""
        with self._changed:
            return list(islice(reversed(self._messages), count))

    def wait(
        self,
        count: int = 1,
        kind: str = "",
        to: str = "",
        *,
        timeout: float = 5.0,
        where: Callable[[Received], bool] | None = None,
    ) -> list[Received]:
        """Waits until at least `count` fitting messages are there; raises TimeoutError."""

        picked: list[Received] = []
        seen = 0

        def is_enough() -> bool:
            """Looks at the new messages only: benchmarks wait for thousands."""
            nonlocal seen
            new = self._added - seen
            seen = self._added
            fresh = islice(reversed(self._messages), new)
            picked.extend(
                m for m in reversed(list(fresh)) if _fits(m, kind, to) and (not where or where(m))
            )
            return len(picked) >= count

        with self._changed:
            if self._changed.wait_for(is_enough, timeout):
                return picked
        raise TimeoutError(f"{len(picked)} of {count} messages after {timeout} s")

    def clear(self) -> None:
        with self._changed:
            self._messages.clear()
            self._added = 0


def _fits(message: Received, kind: str, to: str) -> bool:
    return (not kind or message.kind == kind) and (not to or message.to == to)
