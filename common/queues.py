"""Names of the queues, so that slow shops delay no message and slow receivers no poll.

A cluster of django-q2 serves exactly one queue. On SQLite one cluster serves all work: a second
one would only wait for the first one's write lock.
"""

from __future__ import annotations

from django.conf import settings
from django_q.brokers import get_broker

POLL = "poll"
NOTIFY = "notify"
HOUSEKEEPING = "housekeeping"

MAX_WAITING = 1000
"""Tasks of one queue: far more than its workers do in the time after which a poll is repeated."""


def cluster_of(queue: str) -> str:
    """The name of the cluster that serves the queue, for `async_task(..., cluster=)`.

    Always a name: None would mean the cluster the caller happens to run in.
    """
    named = settings.Q_CLUSTER.get("ALT_CLUSTERS", {})
    return queue if queue in named else str(settings.Q_CLUSTER["name"])


def has_room(queue: str) -> bool:
    """False while so many tasks wait that more would only fill the table: nobody works there."""
    return int(get_broker(cluster_of(queue)).queue_size()) < MAX_WAITING


def clusters() -> dict[str, str]:
    """Name of every cluster that must run -> what people call it."""
    name = str(settings.Q_CLUSTER["name"])
    named = list(settings.Q_CLUSTER.get("ALT_CLUSTERS", {}))
    if not named:
        return {name: "queue"}
    return {each: f"queue {each}" for each in named} | {name: f"queue {HOUSEKEEPING}"}
