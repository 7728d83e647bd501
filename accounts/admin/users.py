"""People. Accounts are made by superusers; members see who shares a team with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import TeamScopedAdmin
from accounts.admin.display import age
from accounts.admin.empty import step
from accounts.admin.rights import is_super
from accounts.admin.twofactor import TwoFactorMixin
from accounts.admin.verbs import Verb
from accounts.choices import Role
from accounts.models import User
from accounts.services.twofactor import two_factor_end

if TYPE_CHECKING:
    PeopleAdmin = DjangoUserAdmin[User]
    from django.contrib.auth.forms import (
        AdminPasswordChangeForm,
        UserChangeForm,
        UserCreationForm,
    )
else:
    PeopleAdmin = DjangoUserAdmin
    from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

# Rights come from memberships: Django's groups would only mislead.
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(TwoFactorMixin, TeamScopedAdmin, PeopleAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = (
        "username",
        "full_name",
        "email",
        "is_active",
        "is_staff",
        "is_superuser",
        "two_factor",
        "seen",
    )
    list_filter = ("is_active", "is_staff", "is_superuser")
    filter_horizontal: ClassVar = ()
    search_fields = ("username", "first_name", "last_name", "email")
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": ("username", "password1", "password2", "email", "is_staff"),
                "description": _(
                    "Staff may log in here. Then add the person to a team under Members."
                ),
            },
        ),
    )
    empty = step(
        _("Nobody here"),
        _("Whoever shares a team with you appears here. An owner adds people under members."),
        "person",
        to="accounts_membership_changelist",
        label=_("See the members"),
    )
    verbs = (
        Verb(
            "reset_two_factor",
            _("Reset two-factor"),
            "lock_reset",
            None,
            confirm=_(
                "Their authenticator app and backup codes stop working, and all their log-ins "
                "end. They come in with the password alone. Do it?"
            ),
            fits=lambda user: user.two_factor_at is not None,
            in_list=False,
        ),
    )

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A user belongs to no team: who is visible is decided by the rows."""
        return is_super(request) or (
            self._may(request, Role.VIEWER, None)
            and (obj is None or self.get_queryset(request).filter(pk=obj.pk).exists())
        )

    def get_fieldsets(self, request: HttpRequest, obj: Any | None = None) -> Any:
        if is_super(request):
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": ("username", "first_name", "last_name", "email")})]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        shown = super().get_list_display(request)
        return shown if is_super(request) else [*shown[:3]]

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return super().get_list_filter(request) if is_super(request) else []

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        obj.save()

    def do_reset_two_factor(self, request: HttpRequest, row: User) -> str:
        two_factor_end(user=row)
        return gettext("two-factor is off.")

    @admin.display(description=_("Two-factor"), boolean=True)
    def two_factor(self, row: User) -> bool:
        return row.two_factor_at is not None

    @admin.display(description=pgettext_lazy("a person", "Name"))
    def full_name(self, row: User) -> str:
        return row.get_full_name()

    @admin.display(description=_("Last seen"), ordering="last_login")
    def seen(self, row: User) -> SafeString:
        return age(row.last_login)
