"""What the queue calls. Arguments are ids only: wiping the queue loses nothing."""

from __future__ import annotations

from monitoring.services import polling


def run_cycle() -> int:
    """The schedule under the ticker."""
    return polling.cycle_run()


def poll_websites(website_ids: list[int]) -> None:
    polling.websites_poll(website_ids)
