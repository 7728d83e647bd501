"""The queue's own tables, for superusers only: its tasks concern all teams."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_q import admin as queue
from django_q.models import Failure, OrmQ, Schedule, Success

from accounts.admin.display import age, badge
from accounts.admin.empty import step
from accounts.admin.superuser import SuperuserOnlyAdmin
from accounts.admin.theme import ChoicesFilter
from common.texts import shown
from runtime.choices import What
from runtime.models import ProcessEvent

CALM = (What.STARTED, What.STOPPED)

for _model in (Schedule, Success, Failure, OrmQ):
    admin.site.unregister(_model)


@admin.register(Schedule)
class ScheduleAdmin(SuperuserOnlyAdmin, queue.ScheduleAdmin):  # type: ignore[misc]
    """Schedules are the net under the ticker."""

    empty = step(_("No schedules"), _("They are made when the application starts."), "schedule")


@admin.register(Success)
class SuccessAdmin(SuperuserOnlyAdmin, queue.TaskAdmin):  # type: ignore[misc]
    """Tasks that ended well, while they are kept."""

    empty = step(_("No tasks kept"), _("Tasks that end well are not kept."), "task_alt")


@admin.register(Failure)
class FailureAdmin(SuperuserOnlyAdmin, queue.FailAdmin):  # type: ignore[misc]
    """Tasks that raised or were killed; they can be submitted again."""

    empty = step(_("No failed tasks"), _("Tasks that raise or are killed appear here."), "verified")


@admin.register(OrmQ)
class QueueAdmin(SuperuserOnlyAdmin, queue.QueueAdmin):  # type: ignore[misc]
    """Tasks that wait for a worker, where the database keeps them."""

    empty = (
        step(
            _("The queue is not here"), _("Tasks wait in Redis; /metrics says how many."), "memory"
        )
        if "redis" in settings.Q_CLUSTER
        else step(_("The queue is empty"), _("Nothing waits for a worker."), "done_all")
    )


@admin.register(ProcessEvent)
class ProcessEventAdmin(SuperuserOnlyAdmin):
    """What happened to web server, core process and queues. Nobody changes it."""

    list_display = ("when", "process", "what_shown", "reason", "host")
    list_filter = (("what", ChoicesFilter), "process")
    search_fields = ("process", "reason", "host")
    fields = ("created_at", "process", "what_shown", "reason", "host", "instance")
    list_per_page = 50
    show_full_result_count = False
    empty = step(
        _("Nothing happened yet"),
        _("Starts, stops, and processes that ended or fell silent are written down here."),
        "verified",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return False

    @admin.display(description=_("When"), ordering="created_at")
    def when(self, row: ProcessEvent) -> SafeString:
        return age(row.created_at)

    @admin.display(description=_("What"), ordering="what")
    def what_shown(self, row: ProcessEvent) -> SafeString:
        return badge(shown(row.get_what_display()), "idle" if row.what in CALM else "warn")
