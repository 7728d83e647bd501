"""What the queue calls. Arguments are ids only: wiping the queue loses nothing."""

from __future__ import annotations

from monitoring.services import polling, reminders


def run_cycle() -> int:
    """The schedule under the ticker."""
    return polling.cycle_run()


def remind() -> int:
    """The schedule under the ticker."""
    return reminders.alerts_remind()


def poll_websites(website_ids: list[int]) -> None:
    polling.websites_poll(website_ids)
