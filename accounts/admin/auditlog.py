"""The audit log of a team, for its owners; superusers also see what belongs to no team."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.display import Tone, age, badge
from accounts.admin.empty import step
from accounts.admin.theme import ChoicesFilter
from accounts.choices import AuditAction, Role
from accounts.models import AuditEntry
from common.texts import shown

TONES: dict[str, Tone] = {
    AuditAction.CREATED: "good", AuditAction.CHANGED: "info", AuditAction.DELETED: "bad",
}  # fmt: skip


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    view_role = Role.OWNER
    list_display = ("when", "team", "actor", "what", "kind_shown", "object_name", "fields_changed")
    list_filter = ("team", ("action", ChoicesFilter))
    list_select_related = ("team",)
    search_fields = ("actor", "object_name", "kind")
    fields = (
        "created_at",
        "team",
        "actor",
        "what",
        "kind_shown",
        "object_name",
        "object_id",
        "details",
    )
    empty = step(
        _("Nobody changed a setting yet"),
        _("Who changes a website, monitor, channel, subscription, member or key stands here."),
        "history_edu",
    )

    @admin.display(description=_("When"), ordering="id")
    def when(self, row: AuditEntry) -> SafeString:
        return age(row.created_at)

    @admin.display(description=_("Action"), ordering="action")
    def what(self, row: AuditEntry) -> SafeString:
        return badge(shown(AuditAction(row.action).label), TONES[row.action])

    @admin.display(description=_("Kind"), ordering="kind")
    def kind_shown(self, row: AuditEntry) -> str:
        return shown(row.kind)

    @admin.display(description=_("Fields"))
    def fields_changed(self, row: AuditEntry) -> str:
        names = list(row.changes)
        return ", ".join(names[:4]) + (" …" if len(names) > 4 else "")

    @admin.display(description=_("Changes"))
    def details(self, row: AuditEntry) -> SafeString:
        lines = ((name, _text(old), _text(new)) for name, (old, new) in row.changes.items())
        found = format_html_join("", "<dt>{}</dt><dd>{} → {}</dd>", lines)
        return format_html('<dl class="desk-facts">{}</dl>', found) if found else SafeString("–")


def _text(value: Any) -> str:
    return gettext("(empty)") if value is None else str(value)
