"""Any other service, through Apprise: one address per channel, one attempt per call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, ClassVar

from common.plugin import ConfigField
from notifications.channels.apprise.config import CONFIG
from notifications.channels.base import Message, Receipt, Target


class AppriseTransport:
    kind: ClassVar[str] = "apprise"
    label: ClassVar[str] = "Other service (Apprise)"
    has_html: ClassVar[bool] = False
    CONFIG: ClassVar[Sequence[ConfigField]] = CONFIG

    def __init__(self, target: Target) -> None:
        self._url = str(target.secrets.get("url", ""))

    @classmethod
    def load(cls) -> None:
        _send()

    @classmethod
    def prepare(cls, values: dict[str, Any]) -> dict[str, Any]:
        return values

    def send(self, message: Message) -> Receipt:
        return _send()(self._url, message)


def _send() -> Callable[[str, Message], Receipt]:
    """Imported late: most processes send nothing by Apprise, and many installations never do."""
    path = "notifications.channels.apprise.sending"
    found: Callable[[str, Message], Receipt] = import_module(path).message_send
    return found
