"""Teams and who belongs to them."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import TeamScopedAdmin
from accounts.admin.display import Tone, age, badge, list_url, row_link, text_link
from accounts.admin.empty import step
from accounts.admin.rights import holds
from accounts.admin.theme import ChoicesFilter, SelectWidget
from accounts.choices import Role
from accounts.models import Membership, Team
from accounts.services import membership_remove, membership_set
from common.texts import shown

MEMBERS_SHOWN = 30
ROLE_TONES: dict[str, Tone] = {Role.OWNER: "info", Role.OPERATOR: "good", Role.VIEWER: "idle"}


def role_badge(role: str) -> SafeString:
    return badge(shown(Role(role).label), ROLE_TONES[role])


@admin.register(Team)
class TeamAdmin(TeamScopedAdmin):
    """Superusers make and delete teams; owners keep the settings of theirs."""

    change_role = Role.OWNER
    list_display = ("name", "slug", "time_zone", "low_stock_threshold", "members")
    ordering = ("name", "id")  # counting members drops the order of the model
    search_fields = ("name", "slug")
    prepopulated_fields: ClassVar = {"slug": ("name",)}
    fieldsets = (
        (None, {"fields": ("name", "slug", "time_zone", "language")}),
        (_("Alerts"), {"fields": ("low_stock_threshold", "reminders", "reminder_hour")}),
        (_("Public board"), {"fields": ("is_board_on", "is_quantity_on_board")}),
    )
    deletes_with_it: ClassVar = {
        "websites": _("Websites"),
        "websites__monitors": _("Monitors"),
        "websites__history": _("Events"),
        "channels": _("Channels"),
        "channels__notifications": _("Notifications"),
        "api_keys": _("API keys"),
        "memberships": _("Members"),
    }
    empty = step(
        _("You are in no team yet"), _("An owner or an administrator can add you."), "group"
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(member_count=Count("memberships"))
        return counted

    @admin.display(description=_("Members"), ordering="member_count")
    def members(self, row: Any) -> SafeString:
        return text_link(list_url(Membership, f"team__id__exact={row.pk}"), str(row.member_count))

    def row_context(self, request: HttpRequest, row: Team) -> dict[str, Any]:
        add = reverse("admin:accounts_membership_add")
        members = row.memberships.select_related("user").order_by("user__username")
        return {
            "panels": ["admin/desk/team_panel.html"],
            "board_url": reverse("board", args=[row.slug]) if row.is_board_on else "",
            "members": [
                (row_link(one, str(one.user)), role_badge(one.role), one.user.email)
                for one in members[:MEMBERS_SHOWN]
            ],
            "members_url": list_url(Membership, f"team__id__exact={row.pk}"),
            "add_member_url": f"{add}?team={row.pk}" if holds(request, Role.OWNER, row.pk) else "",
        }

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any | None = None) -> Any:
        return self.prepopulated_fields if obj is None else {}

    def get_readonly_fields(self, request: HttpRequest, obj: Any | None = None) -> tuple[str, ...]:
        """The slug stands in scripts: changing it is left to superusers."""
        return () if obj is None or holds(request, None) else ("slug",)

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        if db_field.name != "time_zone":
            return super().formfield_for_dbfield(db_field, request, **kwargs)
        zones = [(name, name.replace("_", " ")) for name in sorted(available_timezones())]
        return forms.ChoiceField(
            choices=zones,
            label=gettext("Time zone"),
            initial="UTC",
            widget=SelectWidget(),
            help_text=gettext("Times are shown in it."),
        )


@admin.register(Membership)
class MembershipAdmin(TeamScopedAdmin):
    """Owners decide who of the people they know belongs to their team, and as what."""

    add_role = change_role = delete_role = Role.OWNER
    list_display = ("user_name", "team", "role_shown", "since")
    list_filter = ("team", ("role", ChoicesFilter))
    list_select_related = ("team", "user")
    search_fields = ("user__username", "user__email")
    fields = ("team", "user", "role")
    empty = step(
        _("No members yet"),
        _(
            "Members see their team's shops: a viewer reads, an operator edits monitors, an owner "
            "everything."
        ),
        "group_add",
        label=_("Add a member"),
    )

    @admin.display(description=_("Member"), ordering="user__username")
    def user_name(self, row: Membership) -> str:
        return str(row.user)

    @admin.display(description=_("Role"), ordering="role")
    def role_shown(self, row: Membership) -> SafeString:
        return role_badge(row.role)

    @admin.display(description=_("Since"), ordering="created_at")
    def since(self, row: Membership) -> SafeString:
        return age(row.created_at)

    def get_readonly_fields(self, request: HttpRequest, obj: Any | None = None) -> tuple[str, ...]:
        return () if obj is None else ("team", "user")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        formfield = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "user" and formfield is not None and not holds(request, None):
            formfield.help_text = gettext(
                "People who share a team with you. A new person gets an account from an "
                "administrator."
            )
        return formfield

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """The last owner cannot leave: nobody could let anybody in again."""
        may = super().has_delete_permission(request, obj)
        return may and (obj is None or not _is_last_owner(obj))

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        membership_set(team=obj.team, user=obj.user, role=Role(obj.role))
        self.adopt(obj, Membership.objects.get(team=obj.team, user=obj.user))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        membership_remove(membership=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        with transaction.atomic():
            for row in queryset:
                membership_remove(membership=row)


def _is_last_owner(row: Membership) -> bool:
    owners = Membership.objects.filter(team_id=row.team_id, role=Role.OWNER)
    return owners.filter(pk=row.pk).exists() and not owners.exclude(pk=row.pk).exists()
