"""The queue's own tables, for superusers only: its tasks concern all teams."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django_q import admin as queue
from django_q.models import Failure, OrmQ, Schedule, Success

from accounts.admin.empty import step
from accounts.admin.rights import is_super
from accounts.admin.theme import ThemedAdmin

for _model in (Schedule, Success, Failure, OrmQ):
    admin.site.unregister(_model)


class SuperuserOnlyAdmin(ThemedAdmin):
    """A model permission given by mistake opens nothing here."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_super(request)

    def has_view_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return is_super(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_super(request) and super().has_add_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return is_super(request) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return is_super(request) and super().has_delete_permission(request, obj)


@admin.register(Schedule)
class ScheduleAdmin(SuperuserOnlyAdmin, queue.ScheduleAdmin):  # type: ignore[misc]
    """Schedules are the net under the ticker."""

    empty = step("No schedules", "They are made when the application starts.", "schedule")


@admin.register(Success)
class SuccessAdmin(SuperuserOnlyAdmin, queue.TaskAdmin):  # type: ignore[misc]
    """Tasks that ended well, while they are kept."""

    empty = step("No tasks kept", "Tasks that end well are not kept.", "task_alt")


@admin.register(Failure)
class FailureAdmin(SuperuserOnlyAdmin, queue.FailAdmin):  # type: ignore[misc]
    """Tasks that raised or were killed; they can be submitted again."""

    empty = step("No failed tasks", "Tasks that raise or are killed appear here.", "verified")


@admin.register(OrmQ)
class QueueAdmin(SuperuserOnlyAdmin, queue.QueueAdmin):  # type: ignore[misc]
    """Tasks that wait for a worker."""

    empty = step("The queue is empty", "Nothing waits for a worker.", "done_all")
