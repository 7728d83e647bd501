"""System checks: settings that are each right and together wrong."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from common.http import DEADLINE_SECONDS

OF_SETTINGS = "settings"
"""Tag of checks that look at what people set."""

DATABASE_SECONDS = 20.0
"""How long a statement may wait for the database's lock (SQLite's timeout)."""


@register(OF_SETTINGS)
def queue_times(**_: Any) -> list[CheckMessage]:
    """django-q2 counts `retry` from the moment a task is fetched, not from its start: a task that
    waits behind others in a worker's queue would be given out a second time."""
    problems: list[CheckMessage] = []
    for name, queue in _queues().items():
        least = (queue["queue_limit"] / queue["workers"] + 3) * queue["timeout"]
        if queue["retry"] < least:
            problems.append(
                Error(
                    f"Q_CLUSTER ({name}): retry is {queue['retry']} s, tasks could run twice.",
                    hint=f"Set retry to at least {least:.0f} s.",
                    id="common.E001",
                )
            )
    if settings.CANARY_LIMIT_SECONDS < 2 * settings.CANARY_SECONDS:
        problems.append(
            Error(
                "CANARY_LIMIT_SECONDS is too short: processes that are well would be killed.",
                hint=f"Set it to at least {2 * settings.CANARY_SECONDS:g} s.",
                id="common.E003",
            )
        )
    if settings.POLL_LEASE_SECONDS <= DEADLINE_SECONDS + DATABASE_SECONDS:
        problems.append(
            Warning(
                "POLL_LEASE_SECONDS may end during a slow poll: two could poll a shop at once.",
                hint=f"Set it above {DEADLINE_SECONDS + DATABASE_SECONDS:.0f} s.",
                id="common.W002",
            )
        )
    return problems


def _queues() -> dict[str, dict[str, Any]]:
    """Every cluster with its own values over those that all share."""
    shared = {key: value for key, value in settings.Q_CLUSTER.items() if key != "ALT_CLUSTERS"}
    named = settings.Q_CLUSTER.get("ALT_CLUSTERS", {})
    return {shared["name"]: shared} | {name: shared | own for name, own in named.items()}
