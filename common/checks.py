"""System checks: settings that are each right and together wrong."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register()
def queue_times(**_: Any) -> list[CheckMessage]:
    """django-q2 counts `retry` from the moment a task is fetched, not from its start: a task that
    waits behind others in a worker's queue would be given out a second time."""
    queue = settings.Q_CLUSTER
    least = (queue["queue_limit"] / queue["workers"] + 3) * queue["timeout"]
    problems: list[CheckMessage] = []
    if queue["retry"] < least:
        problems.append(
            Error(
                f"Q_CLUSTER: retry is {queue['retry']} s, tasks could run twice.",
                hint=f"Set retry to at least {least:.0f} s.",
                id="common.E001",
            )
        )
    if queue["timeout"] >= settings.POLL_LEASE_SECONDS:
        problems.append(
            Error(
                "POLL_LEASE_SECONDS ends before the queue kills a task: two could poll at once.",
                hint=f"Set it above {queue['timeout']} s.",
                id="common.E002",
            )
        )
    return problems
