"""A receiver of webhooks at `/hooks/<name>`: keeps headers, raw body and time, answers by script.

Steps: a number (the status), or a mapping with `status` and any of `retry_after`, `location`,
`delay_seconds` (slow) and `hang_seconds` (never answers). Without a script the answer is 200.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from demo.inbox import Inbox, Received
from demo.script import Script
from demo.server import PLAIN, Delivery, Reply, Request

WebhookStep = int | Mapping[str, Any]


class Webhooks:
    def __init__(self, base_url: str, inbox: Inbox) -> None:
        self.base_url = base_url
        self.inbox = inbox
        self._scripts: dict[str, Script] = {}

    def url(self, name: str) -> str:
        return f"{self.base_url}/hooks/{name}"

    def script(self, name: str, steps: Iterable[WebhookStep], *, is_sticky: bool = False) -> None:
        """The next answers of one hook, in order; sticky = the last step stays."""
        script = self._scripts.setdefault(name, Script())
        rows = [dict(s) if isinstance(s, Mapping) else {"status": s} for s in steps]
        for index, row in enumerate(rows):
            is_last = index == len(rows) - 1
            script.add("answer", times=None if is_sticky and is_last else 1, **row)

    def clear(self, name: str = "") -> None:
        """Back to 200, for one hook or all."""
        for key in [name] if name else list(self._scripts):
            self._scripts.pop(key, None)

    def received(self, name: str = "") -> list[Received]:
        return self.inbox.messages("webhook", name)

    def answer(self, request: Request, name: str) -> Reply:
        script = self._scripts.get(name)
        step = script.take(name) if script else None
        options = step.options if step else {}
        status = int(options.get("status", 200))
        message = Received(
            kind="webhook",
            to=name,
            subject=request.headers.get("webhook-id", ""),
            text=request.body.decode("utf-8", "replace"),
            headers=request.headers,
            body=request.body,
            status=0 if "hang_seconds" in options else status,
            detail={"method": request.method},
        )
        self.inbox.add(message)
        return Reply(status, b"", "text/plain", _headers(options), _delivery(options))


def _headers(options: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    named = {"retry_after": "Retry-After", "location": "Location"}
    return tuple((named[key], str(options[key])) for key in named if key in options)


def _delivery(options: Mapping[str, Any]) -> Delivery:
    if "hang_seconds" in options:
        return Delivery(delay_seconds=float(options["hang_seconds"]), is_answered=False)
    if "delay_seconds" in options:
        return Delivery(delay_seconds=float(options["delay_seconds"]))
    return PLAIN
