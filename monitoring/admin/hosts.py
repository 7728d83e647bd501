"""How hosts are treated: for superusers, because all teams share them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.display import age, badge, muted
from accounts.admin.empty import step
from accounts.admin.superuser import SuperuserOnlyAdmin
from common.texts import shown
from websites.models import HostBudget


@admin.register(HostBudget)
class HostBudgetAdmin(SuperuserOnlyAdmin):
    list_display = ("host", "state", "next_at_shown", "failure_count", "reason")
    search_fields = ("host",)
    actions = ("ask_now",)
    fields = ("host", "state", "next_at_shown", "failure_count", "reason")
    readonly_fields = fields
    empty = step(
        _("No host was asked yet"),
        _("Hosts whose public pages are read appear here, with the pause they asked for."),
        "public",
        to="websites_website_changelist",
        label=_("See the websites"),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return False

    @admin.display(description=_("State"))
    def state(self, row: HostBudget) -> SafeString:
        now = timezone.now()
        if row.busy_until and row.busy_until > now:
            return badge(gettext("Being read"), "info")
        if row.failure_count and row.next_at > now:
            return badge(gettext("Left alone"), "bad", shown(row.reason))
        return badge(gettext("Free"), "good")

    @admin.display(description=_("Asked again"), ordering="next_at")
    def next_at_shown(self, row: HostBudget) -> SafeString:
        return age(row.next_at) if row.next_at > timezone.now() else muted(gettext("when due"))

    @admin.action(description=_("Ask again now"), permissions=["view"])
    def ask_now(self, request: HttpRequest, rows: QuerySet[HostBudget]) -> None:
        """Ends the pause; the host may refuse again."""
        count = rows.update(next_at=timezone.now())
        text = gettext("%(number)d asked again at the next poll.")
        messages.success(request, text % {"number": count})
