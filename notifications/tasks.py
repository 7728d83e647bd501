"""What the queue calls. Mostly without arguments: the tables say what is to be done."""

from __future__ import annotations

from notifications import planning
from notifications.services import outbox, sweeping
from notifications.services.cards import cards_refresh
from notifications.services.owners import owners_tell


def plan() -> None:
    """Events that nobody planned, and the first attempt of their messages."""
    planning.all_plan()
    outbox.deliver_all()


def deliver() -> None:
    outbox.deliver_all()


def cards() -> None:
    """Live cards that do not show what they should."""
    cards_refresh()


def tell_owners(channel_id: int) -> None:
    """That a channel was disabled."""
    owners_tell(channel_id)


def sweep() -> None:
    """The schedule under the core process."""
    sweeping.sweep()
