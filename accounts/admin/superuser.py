"""Pages about the whole installation: they concern all teams, so only superusers see them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.admin.rights import is_super
from accounts.admin.theme import ThemedAdmin


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
