"""The net under the core process: django-q2 schedules that do its work once a minute; housekeeping."""

from __future__ import annotations

from typing import Any

from django_q.models import Schedule

EVERY_MINUTE = {
    "monitoring.run_cycle": "monitoring.tasks.run_cycle",
    "monitoring.remind": "monitoring.tasks.remind",
    "notifications.sweep": "notifications.tasks.sweep",
    "runtime.deadman": "runtime.tasks.deadman",
}
HOURLY = {"runtime.prune": "runtime.tasks.prune"}
DAILY = {"accounts.prune_tokens": "accounts.tasks.prune_tokens"}


def schedules_ensure() -> None:
    """Creates the schedules that are missing; leaves the times of the others alone."""
    every_minute = {"schedule_type": Schedule.MINUTES, "minutes": 1}
    rhythms: list[tuple[dict[str, str], dict[str, Any]]] = [
        (EVERY_MINUTE, every_minute),
        (HOURLY, {"schedule_type": Schedule.HOURLY}),
        (DAILY, {"schedule_type": Schedule.DAILY}),
    ]
    for names, rhythm in rhythms:
        for name, func in names.items():
            schedule, created = Schedule.objects.get_or_create(
                name=name, defaults={"func": func, "repeats": -1, **rhythm}
            )
            if not created and schedule.func != func:
                schedule.func = func
                schedule.save(update_fields=["func"])
