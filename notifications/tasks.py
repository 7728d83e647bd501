"""What the queue calls. No arguments: the tables say what is to be done."""

from __future__ import annotations

from notifications import planning
from notifications.services import outbox, sweeping


def plan() -> None:
    """Events that nobody planned, and the first attempt of their messages."""
    planning.all_plan()
    outbox.deliver_all()


def deliver() -> None:
    outbox.deliver_all()


def sweep() -> None:
    """The schedule under the core process."""
    sweeping.sweep()
