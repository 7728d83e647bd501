"""Canaries: trivial tasks, addressed to the workers of one supervisor, that prove a queue works.

A cluster whose idle worker was killed looks healthy and never runs a task again (django-q2 issue
23): the killed one took the lock on the queue with it. Only a task that runs proves the contrary.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django_q.brokers import get_broker
from django_q.tasks import async_task

from common.queues import away_errors, clusters
from runtime.broker import address

logger = logging.getLogger(__name__)


def send(*, cluster: str, instance: str) -> bool:
    """False while the queue's server is away: nobody was asked, and nobody can be blamed."""
    try:
        async_task("runtime.tasks.canary", cluster=address(cluster, instance))
    except away_errors():
        return False
    return True


def recall(*, cluster: str, instance: str) -> None:
    """Removes canaries that nobody answered."""
    try:
        get_broker(address(cluster, instance)).purge_queue()
    except away_errors():
        logger.debug("canaries_left_to_expire queue=%s", cluster)


def release(*, cluster: str, now: datetime) -> int:
    """Gives back the tasks that a dead cluster had fetched; else they would wait for `retry`.

    Tasks of living clusters are among them. To run one twice is harmless: leases, claims and
    compare-and-swap decide what is done, not the queue. Returns how many. Redis has none to give.
    """
    return int(get_broker(cluster).release(now))


def prune(*, instances: set[str]) -> None:
    """Removes canaries of supervisors that are not among the living."""
    for cluster in clusters():
        get_broker(cluster).forget_dead(instances)
