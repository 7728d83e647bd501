"""The silences' pages: when nobody wants to hear, of what, and why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.forms import DateTimeInput
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import TeamScopedAdmin
from accounts.admin.display import age, badge, muted
from accounts.admin.empty import step
from accounts.admin.serviceform import ServiceForm
from accounts.admin.theme import CheckboxesWidget, DropdownFilter, SelectWidget
from accounts.admin.verbs import Verb
from accounts.choices import Role
from common.texts import Text, shown
from monitoring.admin.silencing import SPANS, author_of, scope_words
from monitoring.choices import EventType
from monitoring.models import Silence
from monitoring.services.silences import silence_create, silence_end

OTHER = "other"
INPUT_CLASS = "desk-input"
KINDS = dict(EventType.choices)


def _kinds() -> list[tuple[str, str]]:
    return [(value, shown(label)) for value, label in EventType.choices]


def _moment(label: Text) -> forms.DateTimeField:
    """The browser's own field for a time; it is read in the zone the page shows times in."""
    return forms.DateTimeField(
        label=label,
        required=False,
        widget=DateTimeInput(
            format="%Y-%m-%dT%H:%M", attrs={"type": "datetime-local", "class": INPUT_CLASS}
        ),
    )


class SilenceForm(ServiceForm):
    span = forms.ChoiceField(
        label=_("For how long"),
        choices=[*SPANS, (OTHER, _("Until the end below"))],
        initial="8",
        widget=SelectWidget(),
    )
    starts_at = _moment(_("Starts at"))
    ends_at = _moment(_("Ends at"))
    event_types = forms.MultipleChoiceField(
        label=_("Event types"),
        choices=_kinds,
        widget=CheckboxesWidget(),
        required=False,
        help_text=_("None ticked: all kinds."),
    )

    class Meta:
        model = Silence
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        if values.get("span") == OTHER and not values.get("ends_at"):
            self.add_error("ends_at", gettext("Say when it ends, or choose a span."))
        return values

    def run(self, row: Any | None) -> models.Model:
        data = self.cleaned_data
        return silence_create(
            team=data["team"],
            website=data["website"],
            monitor=data["monitor"],
            event_types=data["event_types"],
            label=data["label"],
            starts_at=data["starts_at"],
            ends_at=_end(data),
            reason=data["reason"],
            author=self.author,
        )

    author: Any
    """Set by the page: who is logged in."""


def _end(data: dict[str, Any]) -> datetime:
    if data["span"] == OTHER:
        ends: datetime = data["ends_at"]
        return ends
    begins: datetime = data["starts_at"] or timezone.now()
    return begins + timedelta(hours=int(data["span"]))


class ForceFilter(DropdownFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("now", gettext("In force")),
            ("later", gettext("Planned")),
            ("over", gettext("Over")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        conditions = {
            "now": {"starts_at__lte": now, "ends_at__gt": now},
            "later": {"starts_at__gt": now},
            "over": {"ends_at__lte": now},
        }
        return queryset.filter(**conditions.get(self.value() or "", {}))


@admin.register(Silence)
class SilenceAdmin(TeamScopedAdmin):
    """What is over stays: it explains why nobody was told."""

    add_role = Role.OPERATOR
    form = SilenceForm
    list_display = ("reason", "state", "scope", "kinds", "starts", "ends", "author_shown", "team")
    list_filter = ("team", ForceFilter)
    list_select_related = ("team", "website__team", "monitor__website__team")
    search_fields = ("reason", "author", "label", "website__name", "monitor__product_name")
    ordering = ("-ends_at", "-id")
    autocomplete_fields = ("website", "monitor")
    empty = step(
        _("Nothing is silenced"),
        _(
            "During maintenance, or while a shop misbehaves: what happens is recorded, but nobody is "
            "told. Monitors, websites and alerts have buttons for it, too."
        ),
        "notifications_off",
        label=_("Add a silence"),
    )
    verbs = (
        Verb(
            "end",
            _("End now"),
            "notifications_active",
            Role.OPERATOR,
            fits=lambda silence: silence.ends_at > timezone.now(),
            is_main=True,
        ),
    )

    def has_change_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        """A silence that is changed afterwards would no longer explain anything."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any | None = None) -> bool:
        return False

    def get_fieldsets(self, request: HttpRequest, obj: Any | None = None) -> Any:
        if obj is not None:
            shown = ["state", "scope", "kinds", "reason", "starts_at", "ends_at", "author_shown"]
            return [(None, {"fields": shown})]
        return [
            (None, {"fields": ["reason", "span", "ends_at"]}),
            (gettext("Of what"), {"fields": ["team", "website", "monitor", "label"],
                         "description": gettext("What is left empty matches any: with none of them named "
                                        "it is everything of the team.")}),
            (gettext("More"), {"classes": ["collapse"], "fields": ["starts_at", "event_types"]}),
        ]  # fmt: skip

    def get_form(
        self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        if obj is None:
            author = {"author": author_of(request)}
            kwargs["form"] = type("SilenceForm", (SilenceForm,), author)
        return super().get_form(request, obj, change, **kwargs)

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.adopt(obj, form.save_by_service())

    def do_end(self, request: HttpRequest, row: Silence) -> str:
        silence_end(silence=row)
        return gettext("ended. Events are announced again.")

    @admin.display(description=_("State"))
    def state(self, row: Silence) -> SafeString:
        now = timezone.now()
        if row.ends_at <= now:
            return badge(gettext("Over"), "idle")
        return (
            badge(gettext("In force"), "warn")
            if row.starts_at <= now
            else badge(gettext("Planned"), "info")
        )

    @admin.display(description=_("Of"))
    def scope(self, row: Silence) -> str:
        return scope_words(row)

    @admin.display(description=_("Kinds of events"))
    def kinds(self, row: Silence) -> SafeString | str:
        names = [shown(KINDS.get(one, one)) for one in row.event_types]
        if not names:
            return muted(gettext("all"))
        some = ", ".join(names[:3])
        if len(names) <= 3:
            return some
        text = gettext("%(some)s and %(number)d more")
        return text % {"some": some, "number": len(names) - 3}

    @admin.display(description=_("Begins"), ordering="starts_at")
    def starts(self, row: Silence) -> SafeString:
        return age(row.starts_at)

    @admin.display(description=_("Ends"), ordering="ends_at")
    def ends(self, row: Silence) -> SafeString:
        return age(row.ends_at)

    @admin.display(description=_("By"), ordering="author")
    def author_shown(self, row: Silence) -> SafeString | str:
        return row.author or muted("–")
