"""The queue in our database, with an address: canaries of a supervisor reach its own workers.

Several machines share a queue. A canary that any of them may take would hide a wedged cluster
behind a healthy one. So each cluster takes tasks of its queue and, beside them, those addressed
to the supervisor that started it. The same in Redis: runtime/broker_redis.py.
"""

from __future__ import annotations

import os
import time
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf

INSTANCE_VARIABLE = "SUPERVISOR_INSTANCE"


def address(cluster: str, instance: str) -> str:
    """The queue that only the given supervisor's cluster serves."""
    return f"{cluster}@{instance}" if instance else cluster


def own_address(cluster: str) -> str:
    """That of the supervisor which started this process; the queue itself when none did."""
    return address(cluster, os.environ.get(INSTANCE_VARIABLE, ""))


class AddressedBroker(ORM):  # type: ignore[misc]
    """Takes tasks in the order they came: django-q2's own broker promises none."""

    def dequeue(self) -> list[tuple[int, str]] | None:
        """[(row id, payload)]; None, after a pause, when there is nothing."""
        now = timezone.now()
        keys = [self.list_key, own_address(self.list_key)]
        rows = self.get_connection().filter(key__in=keys, lock__lt=now)
        waiting = list(rows.order_by("pk").values_list("pk", "payload", "lock")[: Conf.BULK])
        taken = [(pk, payload) for pk, payload, lock in waiting if self._take(pk, lock, now)]
        if taken:
            return taken
        if not waiting:
            time.sleep(Conf.POLL)
        return None

    def _take(self, pk: int, lock: Any, now: Any) -> bool:
        """By compare-and-swap: of several clusters one wins."""
        until = now + timedelta(seconds=Conf.RETRY)
        return bool(self.get_connection().filter(pk=pk, lock=lock).update(lock=until))

    def release(self, now: datetime) -> int:
        """Gives back what was fetched and not done yet; returns how many."""
        with transaction.atomic():
            rows = self.get_connection().filter(key=self.list_key, lock__gt=now)
            return int(rows.update(lock=now))

    def forget_dead(self, instances: set[str]) -> None:
        """Removes what is addressed to supervisors that are not among the living."""
        keys = self.get_connection().filter(key__startswith=f"{self.list_key}@")
        for key in set(keys.values_list("key", flat=True)):
            if key.partition("@")[2] not in instances:
                self.get_connection().filter(key=key).delete()
