"""Where messages of a simulation go: transports that write down what they were given, and when."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from notifications.channels.base import Message, Receipt, Target
from notifications.channels.errors import DeliveryError
from notifications.channels.registry import CHANNELS
from tests.notifications.factories import SECRET, TOKEN


@dataclass(slots=True)
class PostOffice:
    """`sent`: (moment, kind, message id). Telegram takes nothing during `outage`."""

    outage: tuple[datetime, datetime]
    sent: list[tuple[datetime, str, str]] = field(default_factory=list)
    refused: int = 0
    allowed_twice: set[str] = field(default_factory=set)
    """Ids of messages whose sender ended after it sent them: nobody could know."""

    def secrets_of(self, kind: str) -> dict[str, str]:
        return {"telegram": {"bot_token": TOKEN}, "webhook": {"secret": SECRET}}.get(kind, {})

    def take(self, kind: str, message: Message) -> Receipt:
        now = datetime.now(UTC)
        begin, end = self.outage
        if kind == "telegram" and begin <= now < end:
            self.refused += 1
            raise DeliveryError("Telegram did not answer.", code="timeout")
        self.sent.append((now, kind, message.id))
        return Receipt(provider_id=str(len(self.sent)))

    def twice(self) -> list[str]:
        counts = Counter(number for _, _, number in self.sent)
        return [
            number
            for number, count in counts.items()
            if count > (2 if number in self.allowed_twice else 1)
        ]

    def open(self, patch: Any) -> None:
        """Takes the place of the real transports."""
        for kind in ("telegram", "webhook", "email"):
            patch.setitem(CHANNELS._loaded, kind, _transport(kind, self))


def _transport(name: str, post: PostOffice) -> type:
    real: Any = CHANNELS.get(name)

    class Recording(real):  # type: ignore[misc]
        def __init__(self, target: Target) -> None:
            self.target = target

        def send(self, message: Message) -> Receipt:
            return post.take(name, message)

    if not hasattr(real, "send_many"):
        return Recording

    class RecordingMany(Recording):
        def send_many(self, messages: Sequence[Message]) -> list[Receipt | DeliveryError]:
            results: list[Receipt | DeliveryError] = []
            for message in messages:
                try:
                    results.append(post.take(name, message))
                except DeliveryError as error:
                    return [*results, error]
            return results

    return RecordingMany
