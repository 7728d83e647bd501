"""The net under the core process: django-q2 schedules that do its work once a minute."""

from __future__ import annotations

from django_q.models import Schedule

EVERY_MINUTE = {
    "monitoring.run_cycle": "monitoring.tasks.run_cycle",
    "notifications.sweep": "notifications.tasks.sweep",
}


def schedules_ensure() -> None:
    """Creates the schedules that are missing; leaves the times of the others alone."""
    for name, func in EVERY_MINUTE.items():
        schedule, created = Schedule.objects.get_or_create(
            name=name,
            defaults={"func": func, "schedule_type": Schedule.MINUTES, "minutes": 1, "repeats": -1},
        )
        if not created and schedule.func != func:
            schedule.func = func
            schedule.save(update_fields=["func"])
