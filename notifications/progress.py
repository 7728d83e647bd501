"""Pure: what became of one message at each of its recipients, as the provider tells it bit by bit.

An entry: {"sid": the provider's id, "status": one of RANKS, "code": number of its error, ...}. One
without "sid" is still to be tried.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Progress = dict[str, dict[str, Any]]

RANKS = {
    "accepted": 0, "scheduled": 0, "queued": 1, "sending": 2, "sent": 3,
    "delivered": 4, "undelivered": 4, "failed": 4, "canceled": 4, "read": 5,
}  # fmt: skip
"""Reports overtake each other: only a higher rank changes anything. Accepted is not delivered."""

FAILED = frozenset({"undelivered", "failed", "canceled"})
ARRIVED = frozenset({"delivered", "read"})


def kept(stored: Mapping[str, Any], told: Mapping[str, Mapping[str, Any]]) -> Progress:
    """`stored` with what an attempt told. A report that came before the answer stays on top."""
    merged = {number: dict(entry) for number, entry in stored.items()}
    for number, entry in told.items():
        before = merged.get(number, {})
        is_same = before.get("sid") == entry.get("sid")
        merged[number] = {**entry, **before} if is_same else dict(entry)
    return merged


def is_news(entry: Mapping[str, Any], status: str) -> bool:
    return RANKS.get(status, -1) > RANKS.get(str(entry.get("status", "")), -1)


def overall(progress: Mapping[str, Mapping[str, Any]]) -> str:
    """One word for all recipients: a failure if there is one, else what all have reached."""
    words = [str(entry.get("status", "")) for entry in progress.values() if entry.get("sid")]
    failed = [word for word in words if word in FAILED]
    return failed[0] if failed else min(words, key=lambda word: RANKS.get(word, -1), default="")


def has_arrived(progress: Mapping[str, Mapping[str, Any]]) -> bool:
    """At everybody."""
    return bool(progress) and all(entry.get("status") in ARRIVED for entry in progress.values())
