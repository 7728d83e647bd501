"""The queue in our database, with an address: canaries of a supervisor reach its own workers.

Several machines share a queue. A canary that any of them may take would hide a wedged cluster
behind a healthy one. So each cluster takes tasks of its queue and, beside them, those addressed
to the supervisor that started it.
"""

from __future__ import annotations

import os
import time
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf

INSTANCE_VARIABLE = "SUPERVISOR_INSTANCE"


def address(cluster: str, instance: str) -> str:
    """The queue that only the given supervisor's cluster serves."""
    return f"{cluster}@{instance}" if instance else cluster


class AddressedBroker(ORM):  # type: ignore[misc]
    """Takes tasks in the order they came: django-q2's own broker promises none."""

    def dequeue(self) -> list[tuple[int, str]] | None:
        """[(row id, payload)]; None, after a pause, when there is nothing."""
        now = timezone.now()
        own = address(self.list_key, os.environ.get(INSTANCE_VARIABLE, ""))
        rows = self.get_connection().filter(key__in=[self.list_key, own], lock__lt=now)
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
