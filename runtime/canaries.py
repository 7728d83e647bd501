"""Canaries: trivial tasks, addressed to the workers of one supervisor, that prove a queue works.

A cluster whose idle worker was killed looks healthy and never runs a task again (django-q2 issue
23): the killed one took the lock on the queue with it. Only a task that runs proves the contrary.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django_q.models import OrmQ
from django_q.tasks import async_task

from common.queues import clusters
from runtime.broker import address


def send(*, cluster: str, instance: str) -> None:
    async_task("runtime.tasks.canary", cluster=address(cluster, instance))


def recall(*, cluster: str, instance: str) -> None:
    """Removes canaries that nobody answered."""
    OrmQ.objects.filter(key=address(cluster, instance)).delete()


def release(*, cluster: str, now: datetime) -> int:
    """Gives back the tasks that a dead cluster had fetched; else they would wait for `retry`.

    Tasks of living clusters are among them. To run one twice is harmless: leases, claims and
    compare-and-swap decide what is done, not the queue. Returns how many.
    """
    with transaction.atomic():
        return int(OrmQ.objects.filter(key=cluster, lock__gt=now).update(lock=now))


def prune(*, instances: set[str]) -> None:
    """Removes canaries of supervisors that are not among the living."""
    for cluster in clusters():
        keys = OrmQ.objects.filter(key__startswith=f"{cluster}@")
        for key in set(keys.values_list("key", flat=True)):
            if key.partition("@")[2] not in instances:
                OrmQ.objects.filter(key=key).delete()
