"""The alerts' pages: what somebody has to care about, and its whole story."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Case, F, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.display import age, muted, row_link
from accounts.admin.empty import step
from accounts.admin.exporting import ExportMixin
from accounts.admin.rights import holds, team_id_of
from accounts.admin.theme import ChoicesFilter
from accounts.admin.verbs import LIST_LIMIT, Verb
from accounts.choices import Role
from common.texts import Text
from monitoring.admin.alertbadges import alert_badge, kind_badge, level_text
from monitoring.admin.badges import stock_badge
from monitoring.admin.exportcolumns import ALERTS
from monitoring.admin.silencing import SILENCE, SilencedMixin, author_of
from monitoring.choices import AlertStatus
from monitoring.models import Alert
from monitoring.services.alerts import alert_acknowledge, alert_resolve
from notifications.admin.timeline import timeline_rows

OPEN_FIRST = Case(
    When(status=AlertStatus.OPEN, then=Value(0)),
    When(status=AlertStatus.ACKNOWLEDGED, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)
NOTE_LENGTH = 250
LABELS: dict[str, Text] = {"acknowledge": _("Acknowledge"), "resolve": _("Resolve")}
MEANING: dict[str, Text] = {
    "acknowledge": _("Somebody cares: nobody is reminded of them any more."),
    "resolve": _("They are over. An alert opens again when stock recovers and falls once more."),
}


def _is_open(alert: Alert) -> bool:
    return alert.status == AlertStatus.OPEN


def _is_unresolved(alert: Alert) -> bool:
    return alert.resolved_at is None


@admin.register(Alert)
class AlertAdmin(SilencedMixin, ExportMixin, ReadOnlyAdmin):
    export_columns = ALERTS
    team_column = "website__team"
    list_display = (
        "subject_shown", "kind_shown", "state", "level", "website_name", "opened", "told", "next",
    )  # fmt: skip
    list_filter = (
        "website__team", ("status", ChoicesFilter), ("kind", ChoicesFilter), "website",
    )  # fmt: skip
    list_select_related = ("website__team", "monitor__website")
    search_fields = ("subject", "note", "website__name")
    ordering = (OPEN_FIRST.asc(), F("opened_at").desc(), F("id").desc())
    fieldsets = (
        (
            _("Details"),
            {
                "classes": ["collapse"],
                "fields": ("opened_at", "acknowledged_at", "resolved_at", "last_sent_at",
                           "next_alert_at", "reminder_count", "public_id"),
            },
        ),
    )  # fmt: skip
    empty = step(
        _("All is quiet"),
        _(
            "An alert opens when stock falls below a threshold, rises above one or runs out, and when a "
            "shop cannot be read. Give monitors a threshold to be alerted."
        ),
        "notifications",
        to="monitoring_monitor_changelist",
        label=_("See the monitors"),
    )
    verbs = (
        Verb("acknowledge", _("Acknowledge"), "visibility", Role.OPERATOR, fits=_is_open,
             is_form=True),
        Verb("resolve", _("Resolve"), "task_alt", Role.OPERATOR, fits=_is_unresolved, is_form=True),
        SILENCE,
    )  # fmt: skip
    acting: ClassVar[dict[str, Callable[..., Any]]] = {
        "acknowledge": alert_acknowledge,
        "resolve": alert_resolve,
    }

    # --- List ------------------------------------------------------------------------------

    @admin.display(description=_("Alert"), ordering="subject")
    def subject_shown(self, row: Alert) -> str:
        return row.subject or str(row.monitor or row.website)

    @admin.display(description=_("Kind"), ordering="kind")
    def kind_shown(self, row: Alert) -> SafeString:
        return kind_badge(row)

    @admin.display(description=_("State"), ordering="status")
    def state(self, row: Alert) -> SafeString:
        return alert_badge(row)

    @admin.display(description=_("Stock now"))
    def level(self, row: Alert) -> SafeString | str:
        return level_text(row)

    @admin.display(description=_("Website"), ordering="website__name")
    def website_name(self, row: Alert) -> str:
        return row.website.name

    @admin.display(description=_("Open since"), ordering="opened_at")
    def opened(self, row: Alert) -> SafeString:
        return age(row.opened_at)

    @admin.display(description=_("Last told"), ordering="last_sent_at")
    def told(self, row: Alert) -> SafeString:
        return age(row.last_sent_at, empty="–")

    @admin.display(description=_("Next reminder"), ordering="next_alert_at")
    def next(self, row: Alert) -> SafeString:
        return age(row.next_alert_at, empty="–") if _is_open(row) else muted("–")

    # --- Page ------------------------------------------------------------------------------

    def row_context(self, request: HttpRequest, row: Alert) -> dict[str, Any]:
        may = holds(request, Role.OPERATOR, team_id_of(row)) and _is_unresolved(row)
        return {
            "panels": ["admin/desk/alert_panel.html"],
            "alert": row,
            "kind": kind_badge(row),
            "state": alert_badge(row),
            "monitor_link": row_link(row.monitor),
            "website_link": row_link(row.website),
            "stock": stock_badge(row.monitor) if row.monitor else muted("–"),
            "opened": age(row.opened_at),
            "told": age(row.last_sent_at, empty=gettext("nobody yet")),
            "next_reminder": self.next(row),
            "acknowledged": age(row.acknowledged_at, empty="–"),
            "resolved": age(row.resolved_at, empty="–"),
            "may_act": may,
            "acknowledge_url": self.verb_url("acknowledge", row) if _is_open(row) else "",
            "resolve_url": self.verb_url("resolve", row),
            "timeline": timeline_rows(row),
            **self.silence_context(request, row),
        }

    def do_acknowledge(self, request: HttpRequest, row: Alert) -> str:
        self._act(request, "acknowledge", row)
        return gettext("acknowledged; nobody is reminded of it any more.")

    def do_resolve(self, request: HttpRequest, row: Alert) -> str:
        self._act(request, "resolve", row)
        return gettext("resolved.")

    def _act(self, request: HttpRequest, name: str, row: Alert) -> None:
        note = request.POST.get("note", "").strip()[:NOTE_LENGTH]
        self.acting[name](alert=row, author=author_of(request), note=note)

    # --- Many at once ----------------------------------------------------------------------

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if holds(request, Role.OPERATOR):
            for name, label in LABELS.items():
                actions[name] = (_many(name), name, str(label))
        return actions

    def many(self, request: HttpRequest, name: str, rows: QuerySet[Any]) -> HttpResponse | None:
        """Asks once for all, with a note; then does it row by row."""
        chosen = list(rows[: LIST_LIMIT + 1])
        if len(chosen) > LIST_LIMIT:
            text = gettext("Choose at most %(most)d rows at a time.") % {"most": LIST_LIMIT}
            self.message_user(request, text, messages.ERROR)
            return None
        if "confirmed" not in request.POST:
            return self._question(request, name, chosen)
        verb = next(one for one in self.verbs if one.name == name)
        for row in chosen:
            if holds(request, verb.role, team_id_of(row)):
                self._do(request, verb, row)
            else:
                text = gettext("%(row)s: your role does not allow this.") % {"row": row}
                self.message_user(request, text, messages.ERROR)
        return None

    def _question(self, request: HttpRequest, name: str, chosen: list[Any]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _title(name, len(chosen)),
            "action": name,
            "label": LABELS[name],
            "meaning": MEANING[name],
            "rows": [(row.pk, row, alert_badge(row)) for row in chosen],
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/desk/alert_question.html", context)


def _title(name: str, number: int) -> str:
    if name == "acknowledge":
        text = ngettext("Acknowledge %(number)d alert", "Acknowledge %(number)d alerts", number)
    else:
        text = ngettext("Resolve %(number)d alert", "Resolve %(number)d alerts", number)
    return text % {"number": number}


def _many(name: str) -> Callable[..., Any]:
    def action(pages: AlertAdmin, request: HttpRequest, rows: QuerySet[Any]) -> Any:
        return pages.many(request, name, rows)

    return action
