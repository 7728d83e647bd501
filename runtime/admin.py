"""The queue's own tables, for superusers: what is scheduled, waits, failed, is done."""

from __future__ import annotations

from django.contrib import admin
from django_q import admin as queue
from django_q.models import Failure, OrmQ, Schedule, Success

from accounts.admin.theme import ThemedAdmin

for _model in (Schedule, Success, Failure, OrmQ):
    admin.site.unregister(_model)


@admin.register(Schedule)
class ScheduleAdmin(ThemedAdmin, queue.ScheduleAdmin):  # type: ignore[misc]
    """Schedules are the net under the ticker."""


@admin.register(Success)
class SuccessAdmin(ThemedAdmin, queue.TaskAdmin):  # type: ignore[misc]
    """Tasks that ended well, while they are kept."""


@admin.register(Failure)
class FailureAdmin(ThemedAdmin, queue.FailAdmin):  # type: ignore[misc]
    """Tasks that raised or were killed; they can be submitted again."""


@admin.register(OrmQ)
class QueueAdmin(ThemedAdmin, queue.QueueAdmin):  # type: ignore[misc]
    """Tasks that wait for a worker."""
