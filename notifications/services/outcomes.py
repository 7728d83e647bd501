"""What an attempt may come to, and what settling made of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from notifications.channels.base import Receipt
from notifications.channels.errors import DeliveryError


class Settled(Enum):
    SENT = "sent"
    RETRY = "retry"
    DEAD = "dead"
    DROPPED = "dropped"
    LOST = "lost"
    """Somebody else took the message over meanwhile: nothing was written."""


@dataclass(frozen=True, slots=True)
class Untried:
    """The batch stopped before this message: its attempt is given back."""

    retry_after: float


@dataclass(frozen=True, slots=True)
class Dropped:
    """There is nothing left to say."""

    code: str
    message: str


Outcome = Receipt | DeliveryError | Untried | Dropped
