"""What the queue calls."""

from __future__ import annotations

from django.utils import timezone

from runtime import pruning


def canary() -> None:
    """Nothing: that it ran is noted by the worker itself (runtime/apps.py)."""


def prune() -> dict[str, int]:
    """Once an hour: what is older than it is kept."""
    return pruning.prune(timezone.now())
