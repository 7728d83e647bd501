"""The net under the core process: django-q2 schedules that do its work once a minute; housekeeping."""

from __future__ import annotations

from django_q.models import Schedule

EVERY_MINUTE = {
    "monitoring.run_cycle": "monitoring.tasks.run_cycle",
    "notifications.sweep": "notifications.tasks.sweep",
}
DAILY = {"accounts.prune_tokens": "accounts.tasks.prune_tokens"}


def schedules_ensure() -> None:
    """Creates the schedules that are missing; leaves the times of the others alone."""
    every_minute = {"schedule_type": Schedule.MINUTES, "minutes": 1}
    for names, rhythm in ((EVERY_MINUTE, every_minute), (DAILY, {"schedule_type": Schedule.DAILY})):
        for name, func in names.items():
            schedule, created = Schedule.objects.get_or_create(
                name=name, defaults={"func": func, "repeats": -1, **rhythm}
            )
            if not created and schedule.func != func:
                schedule.func = func
                schedule.save(update_fields=["func"])
