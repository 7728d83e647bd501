"""What the queue calls. No arguments: the tables say what is to be done."""

from __future__ import annotations

from notifications import planning
from notifications.services import outbox, sweeping
from notifications.services.cards import cards_refresh


def plan() -> None:
    """Events that nobody planned, and the first attempt of their messages."""
    planning.all_plan()
    outbox.deliver_all()


def deliver() -> None:
    outbox.deliver_all()


def cards() -> None:
    """Live cards that do not show what they should."""
    cards_refresh()


def sweep() -> None:
    """The schedule under the core process."""
    sweeping.sweep()
