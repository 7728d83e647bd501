"""Who is locked out of logging in; superusers let them in again by deleting the row."""

from __future__ import annotations

from typing import Any

from axes.models import AccessAttempt
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.empty import step
from accounts.admin.rights import is_super
from accounts.admin.superuser import SuperuserOnlyAdmin


@admin.register(AccessAttempt)
class LockoutAdmin(SuperuserOnlyAdmin):
    """Wrong log-ins that still count."""

    list_display = ("username", "ip_address", "failures_since_start", "attempt_time", "path_info")
    search_fields = ("username", "ip_address")
    ordering = ("-attempt_time",)
    fields = (*list_display, "user_agent")
    empty = step(
        _("Nobody is locked out"),
        _("Wrong log-ins that still count appear here; deleting one lets its person in again."),
        "lock_open",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """Deleting is unlocking."""
        return is_super(request)
