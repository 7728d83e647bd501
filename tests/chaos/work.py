"""Does by hand what the core process and the workers of the queue do."""

from __future__ import annotations

from django.utils.module_loading import import_string
from django_q.models import OrmQ

from common.patience import wait_for_background
from monitoring.services.polling import cycle_run
from notifications.services import sweeping
from runtime import core


def drain() -> list[str]:
    """Runs what waits in the queue, oldest first; returns the names of the tasks."""
    names = []
    for row in OrmQ.objects.order_by("pk"):
        task = row.task
        names.append(task["func"])
        import_string(task["func"])(*task["args"])
        row.delete()
    assert wait_for_background(10)
    return names


def gates_open() -> None:
    for name in sweeping.gates:
        sweeping.gates[name] = sweeping.Gate()


def cycle() -> list[str]:
    """The due polls, and what their changes ask of the queue."""
    cycle_run()
    return drain()


def live(clock, *, seconds: int, step: int = 5) -> None:
    """Lets the core process and the queue work for so long on the given clock. Gates go by a clock
    that cannot be set."""
    for _ in range(0, seconds, step):
        clock.shift(step)
        gates_open()
        core.tick()
        drain()
