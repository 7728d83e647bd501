"""What the queue calls."""

from __future__ import annotations

from django.utils import timezone

from runtime import pruning
from runtime.deadman import deadman_ping


def canary() -> None:
    """Nothing: that it ran is noted by the worker itself (runtime/apps.py)."""


def prune() -> dict[str, int]:
    """Once an hour: what is older than it is kept."""
    return pruning.prune(timezone.now())


def deadman() -> str:
    """Once a minute: a sign of life to outside."""
    return deadman_ping()
