"""What the queue calls."""

from __future__ import annotations


def canary() -> None:
    """Nothing: that it ran is noted by the worker itself (runtime/apps.py)."""
