"""Names of the queues, so that slow shops delay no message and slow receivers no poll.

A cluster of django-q2 serves exactly one queue. On SQLite one cluster serves all work: a second
one would only wait for the first one's write lock.
"""

from __future__ import annotations

import logging
import sys

from django.conf import settings
from django_q.brokers import get_broker

logger = logging.getLogger(__name__)

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


def away_errors() -> tuple[type[Exception], ...]:
    """What the server of a queue raises that does not answer, for `except`. Redis takes 6 MB of a
    process; whoever raises its errors has loaded it, so nobody loads it to catch them."""
    redis = sys.modules.get("redis.exceptions")
    return () if redis is None else (redis.RedisError,)


_away: set[str] = set()
"""Clusters whose queue did not answer when it was asked last."""


def waiting(cluster: str) -> int | None:
    """Tasks that wait in the queue of a cluster; None while its server (Redis) does not answer."""
    try:
        count = int(get_broker(cluster).queue_size())
    except away_errors() as error:
        if cluster not in _away:
            # No address in it: it may hold a password.
            logger.warning("queue_away queue=%s error=%s", cluster, type(error).__name__)
        _away.add(cluster)
        return None
    if cluster in _away:
        _away.discard(cluster)
        logger.warning("queue_back queue=%s", cluster)
    return count


def has_room(queue: str) -> bool:
    """False while so many tasks wait that more would only fill the queue (nobody works there), and
    while it does not answer: what is due stays due."""
    count = waiting(cluster_of(queue))
    return count is not None and count < MAX_WAITING


def answers() -> bool:
    """Does whoever keeps the tasks answer? The database is asked by others."""
    return bool(get_broker(str(settings.Q_CLUSTER["name"])).ping())


def clusters() -> dict[str, str]:
    """Name of every cluster that must run -> what people call it."""
    name = str(settings.Q_CLUSTER["name"])
    named = list(settings.Q_CLUSTER.get("ALT_CLUSTERS", {}))
    if not named:
        return {name: "queue"}
    return {each: f"queue {each}" for each in named} | {name: f"queue {HOUSEKEEPING}"}


def short_names() -> dict[str, str]:
    """Cluster -> `poll`, `notify`, `housekeeping`, or `queue` for the only one."""
    return {cluster: name.rpartition(" ")[2] for cluster, name in clusters().items()}
