"""API keys: made, shown once, revoked; never changed, because only a fingerprint is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import TeamScopedAdmin
from accounts.admin.display import age, badge
from accounts.admin.empty import step
from accounts.admin.showonce import ShowOnceMixin
from accounts.admin.theme import ChoicesFilter
from accounts.admin.verbs import Verb
from accounts.choices import Role
from accounts.models import ApiKey
from accounts.services import ROTATION_GRACE, api_key_create, api_key_revoke, api_key_rotate


@admin.register(ApiKey)
class ApiKeyAdmin(ShowOnceMixin, TeamScopedAdmin):
    view_role = add_role = Role.OWNER
    list_display = ("name", "team", "prefix", "scope", "state", "last_used", "expires")
    list_filter = ("team", ("scope", ChoicesFilter))
    list_select_related = ("team",)
    search_fields = ("name", "prefix")
    empty = step(
        _("No API keys yet"),
        _("A key lets a script or another program work with one team. It is shown once."),
        "key",
        label=_("Make a key"),
    )
    verbs = (
        Verb(
            "rotate",
            _("Rotate"),
            "autorenew",
            Role.OWNER,
            confirm=format_lazy(
                _(
                    "A new key is made and shown once; this one works for {days} more days. "
                    "Rotate it?"
                ),
                days=ROTATION_GRACE.days,
            ),
            fits=lambda key: key.is_usable,
            in_list=False,
        ),
        Verb(
            "revoke",
            _("Revoke"),
            "key_off",
            Role.OWNER,
            confirm=_("Whoever uses this key is shut out at once and for good. Revoke it?"),
            fits=lambda key: key.revoked_at is None,
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A scope that grows under a key in use would surprise whoever gave it out."""
        return False

    def get_fields(self, request: HttpRequest, obj: Any | None = None) -> Any:
        if obj is None:
            return ("team", "name", "scope", "expires_at")
        return ("team", "name", "prefix", "scope", "state", "created_by", "created_at",
                "expires_at", "last_used", "minutes_used", "revoked_at")  # fmt: skip

    @admin.display(description=_("State"))
    def state(self, row: ApiKey) -> SafeString:
        if row.revoked_at is not None:
            return badge(gettext("Revoked"), "bad")
        if row.expires_at is not None and row.expires_at <= timezone.now():
            return badge(gettext("Expired"), "warn")
        return badge(gettext("Usable"), "good")

    @admin.display(description=_("Last used"), ordering="last_used_at")
    def last_used(self, row: ApiKey) -> SafeString:
        return age(row.last_used_at)

    @admin.display(description=_("Expires"), ordering="expires_at")
    def expires(self, row: ApiKey) -> SafeString:
        return age(row.expires_at)

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        made, plain = api_key_create(
            team=obj.team,
            name=obj.name,
            scope=obj.scope,
            created_by=request.user,  # type: ignore[arg-type]  # the admin lets only users in
            expires_at=obj.expires_at,
        )
        self.adopt(obj, made)
        self.show_once(request, {gettext("API key"): plain})

    def do_rotate(self, request: HttpRequest, row: ApiKey) -> str:
        made, plain = api_key_rotate(
            api_key=row,
            created_by=request.user,  # type: ignore[arg-type]  # the admin lets only users in
        )
        self.adopt(row, made)
        self.show_once(request, {gettext("API key"): plain})
        return ""

    def _post_view(self, verb: Verb) -> Callable[..., HttpResponse]:
        """Shows a fresh key instead of going back to the page of the row."""
        usual = super()._post_view(verb)

        def view(request: HttpRequest, object_id: str) -> HttpResponse:
            response = usual(request, object_id)
            return self.shown_page(request, self.get_object(request, object_id)) or response

        return view

    def do_revoke(self, request: HttpRequest, row: ApiKey) -> str:
        api_key_revoke(api_key=row)
        return gettext("revoked.")
