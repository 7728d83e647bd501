"""The subscriptions' pages: which events of which shops go where."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Count, Field, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import TeamScopedAdmin
from accounts.admin.empty import step
from accounts.admin.serviceform import ServiceForm
from accounts.admin.theme import CheckboxesWidget, ChoicesFilter
from accounts.choices import Role
from common.texts import shown
from notifications.matching import ALL_EVENTS
from notifications.models import Subscription
from notifications.services.subscriptions import (
    event_choices,
    subscription_create,
    subscription_update,
)

LABELS = dict(event_choices())


def _choices() -> list[tuple[str, str]]:
    return [(value, shown(label)) for value, label in event_choices()]


class SubscriptionForm(ServiceForm):
    events = forms.MultipleChoiceField(
        label=_("Events"),
        choices=_choices,
        widget=CheckboxesWidget(),
        initial=[ALL_EVENTS],
        help_text=_("A monitor's own switches can still turn a kind of event off for it."),
    )

    class Meta:
        model = Subscription
        fields = "__all__"

    def run(self, row: Any | None) -> models.Model:
        data = self.cleaned_data
        values: dict[str, Any] = {
            "events": [ALL_EVENTS] if ALL_EVENTS in data["events"] else data["events"],
            "digest": data["digest"],
            "is_active": data["is_active"],
            "websites": list(data["websites"]),
            "monitors": list(data["monitors"]),
        }
        if row is None:
            return subscription_create(channel=data["channel"], **values)
        return subscription_update(subscription=row, **values)


@admin.register(Subscription)
class SubscriptionAdmin(TeamScopedAdmin):
    add_role = change_role = delete_role = Role.OWNER
    team_column = "channel__team"
    form = SubscriptionForm
    list_display = ("channel_name", "events_shown", "scope", "digest", "is_active")
    list_filter = ("channel__team", "channel", ("digest", ChoicesFilter), "is_active")
    list_select_related = ("channel__team",)
    ordering = ("channel__name", "id")  # counting websites drops the order of the model
    autocomplete_fields = ("websites", "monitors")
    fieldsets = (
        (None, {"fields": ("channel", "is_active", "why_disabled", "digest")}),
        (_("What"), {"fields": ("events",)}),
        (
            _("Of which shops"),
            {
                "fields": ("websites", "monitors"),
                "description": _(
                    "Leave both empty for everything of the channel's team. When all that "
                    "was named here is deleted, nothing is sent until others are named."
                ),
            },
        ),
    )
    empty = step(
        _("No subscriptions yet"),
        _("Without one nothing is sent: it says which events go to which channel."),
        "rule",
        label=_("Add a subscription"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = rows.annotate(
            website_count=Count("websites", distinct=True),
            monitor_count=Count("monitors", distinct=True),
        )
        return counted

    def related_rows(self, request: HttpRequest, field: Field[Any, Any]) -> QuerySet[Any]:
        """Websites and monitors of the channel's team, once there is a channel."""
        rows = super().related_rows(request, field)
        team_id = getattr(request, "_subscription_team", None)
        if team_id is None or field.name == "channel":
            return rows
        return rows.of_team(team_id)  # type: ignore[attr-defined, no-any-return]

    def get_form(
        self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is not None:
            request._subscription_team = obj.channel.team_id  # type: ignore[attr-defined]
        return super().get_form(request, obj, change, **kwargs)

    def get_readonly_fields(self, request: HttpRequest, obj: Any | None = None) -> tuple[str, ...]:
        return () if obj is None else ("channel", "why_disabled")

    def get_fieldsets(self, request: HttpRequest, obj: Any | None = None) -> Any:
        fieldsets = super().get_fieldsets(request, obj)
        if obj is not None and obj.disabled_reason:
            return fieldsets
        (name, first), *others = fieldsets
        fields = tuple(field for field in first["fields"] if field != "why_disabled")
        return [(name, {**first, "fields": fields}), *others]

    @admin.display(description=_("Channel"), ordering="channel__name")
    def channel_name(self, row: Subscription) -> str:
        return str(row.channel)

    @admin.display(description=_("Disabled reason"))
    def why_disabled(self, row: Subscription) -> str:
        return shown(row.disabled_reason)

    @admin.display(description=_("Events"))
    def events_shown(self, row: Subscription) -> str:
        names = [shown(LABELS.get(one, one)) for one in row.events]
        some = ", ".join(names[:4])
        if len(names) <= 4:
            return some
        text = gettext("%(some)s and %(number)d more")
        return text % {"some": some, "number": len(names) - 4}

    @admin.display(description=_("Of"))
    def scope(self, row: Any) -> str:
        websites, monitors = row.website_count, row.monitor_count
        parts = []
        if websites:
            text = ngettext("%(number)d website", "%(number)d websites", websites)
            parts.append(text % {"number": websites})
        if monitors:
            text = ngettext("%(number)d monitor", "%(number)d monitors", monitors)
            parts.append(text % {"number": monitors})
        if not parts:
            return gettext("nothing: deleted") if row.is_scoped else gettext("everything")
        return ", ".join(parts)

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.adopt(obj, form.save_by_service())

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """The service has set websites and monitors already."""
