"""The monitors' pages: what is watched, its stock now and over time."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import TeamScopedAdmin
from accounts.admin.display import age, list_url, row_link
from accounts.admin.empty import step
from accounts.admin.labels import LabelsField
from accounts.admin.serviceform import ServiceForm
from accounts.admin.theme import ChoicesFilter
from accounts.admin.verbs import Verb
from accounts.choices import Role
from common.errors import InvalidInputError
from common.texts import shown
from monitoring.admin.alertbadges import open_alert_rows
from monitoring.admin.badges import event_badge, price_text, status_badge, stock_badge
from monitoring.admin.bulkedit import BulkEditMixin
from monitoring.admin.charting import chart_choices, days_asked, monitor_chart
from monitoring.admin.exportcolumns import MONITORS
from monitoring.admin.filters import StockFilter
from monitoring.admin.readonly import step_text
from monitoring.admin.sheetpage import SheetPageMixin
from monitoring.admin.silencing import SILENCE, SilencedMixin
from monitoring.admin.sparkline import sparkline
from monitoring.admin.sparklist import SparkList
from monitoring.admin.statwords import panel_of
from monitoring.eventwords import event_text
from monitoring.evidence import explain
from monitoring.models import Monitor, MonitorHistory, StockRecord
from monitoring.past import monitor_statistics
from monitoring.selectors import (
    last_checked_at,
    monitor_history,
    why_not_running,
)
from monitoring.services.ingest import stock_push
from monitoring.services.monitors import (
    monitor_create,
    monitor_pause,
    monitor_resume,
    monitor_update,
    monitors_delete,
)
from websites.sources.registry import choices as source_choices
from websites.sources.registry import source_class

WRITTEN = (
    "product_id", "config_option_id", "product_name", "config_option_name", "labels", "notes",
    "purchase_link", "owner", "check_interval", "threshold_low", "threshold_high",
    "notify_on_restock", "notify_on_purchase", "notify_on_threshold", "notify_on_sold_out",
    "notify_on_price", "zero_means", "hysteresis", "confirm_reads", "is_on_board",
)  # fmt: skip
MOST_PUSHED = 10**12


class MonitorForm(ServiceForm):
    labels = LabelsField()

    class Meta:
        model = Monitor
        fields = "__all__"

    def run(self, row: Any | None) -> models.Model:
        values = {name: self.cleaned_data[name] for name in WRITTEN if name in self.cleaned_data}
        if row is None:
            return monitor_create(website=self.cleaned_data["website"], **values)
        return monitor_update(monitor=row, **values)


class ThresholdForm(MonitorForm):
    """The two columns that are edited in the list."""

    labels = None  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}: {self.instance}"


def _is_pushed(monitor: Monitor) -> bool:
    return not source_class(monitor.website.source).is_polled


@admin.register(Monitor)
class MonitorAdmin(BulkEditMixin, SilencedMixin, SheetPageMixin, TeamScopedAdmin):
    export_columns, sheet_kind = MONITORS, "monitors"
    add_role = change_role = delete_role = Role.OPERATOR
    team_column = "website__team"
    form = MonitorForm
    list_display = (
        "name", "website", "stock", "line", "threshold_low", "price_shown", "status_shown",
        "changed", "checked",
    )  # fmt: skip
    list_editable = ("threshold_low",)
    list_filter = (
        "website__team", "website", StockFilter, ("status", ChoicesFilter),
    )  # fmt: skip
    list_select_related = ("website__team",)
    search_fields = ("product_name", "product_id", "config_option_name", "website__name")
    autocomplete_fields = ("website",)
    deletes_with_it: ClassVar = {"records": _("Stock records"), "history": _("Events")}
    empty = step(
        _("No product is watched yet"),
        _("Open a website and import products from it."),
        "monitoring",
        to="websites_website_changelist",
        label=_("Choose a website"),
    )
    verbs = (
        Verb(
            "pause",
            _("Pause"),
            "pause",
            Role.OPERATOR,
            confirm=_(
                "While it is paused its stock is not compared: what happens meanwhile is never "
                "announced. Pause it?"
            ),
            fits=lambda monitor: monitor.is_active,
        ),
        Verb(
            "resume",
            _("Resume"),
            "play_arrow",
            Role.OPERATOR,
            fits=lambda monitor: not monitor.is_active,
            is_main=True,
        ),
        Verb("stock", _("Set stock"), "edit", Role.OPERATOR, fits=_is_pushed, is_form=True),
        SILENCE,
    )

    # --- List ------------------------------------------------------------------------------

    @admin.display(description=_("Product"), ordering="product_name")
    def name(self, row: Monitor) -> str:
        return str(row)

    @admin.display(description=_("Stock"), ordering="quantity")
    def stock(self, row: Monitor) -> SafeString:
        return stock_badge(row)

    @admin.display(description=_("7 days"))
    def line(self, row: Any) -> SafeString:
        return sparkline(row.stock_line)

    @admin.display(description=_("Price"), ordering="price")
    def price_shown(self, row: Monitor) -> SafeString | str:
        return price_text(row.price, row.currency)

    @admin.display(description=_("Status"), ordering="status")
    def status_shown(self, row: Monitor) -> SafeString:
        return status_badge(row)

    @admin.display(description=_("Last changed"), ordering="last_changed_at")
    def changed(self, row: Monitor) -> SafeString:
        return age(row.last_changed_at)

    @admin.display(description=_("Last checked"))
    def checked(self, row: Monitor) -> SafeString:
        return age(last_checked_at(row))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[SparkList]:
        return SparkList

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> Any:
        return super().get_changelist_form(request, **{"form": ThresholdForm, **kwargs})

    # --- Form ------------------------------------------------------------------------------

    def get_fieldsets(self, request: HttpRequest, obj: Any | None = None) -> Any:
        return [
            (None, {"fields": ["website", "product_id", "product_name", "purchase_link", "labels"]}),
            (gettext("Alerts"), {"fields": ["threshold_low", "threshold_high", "notify_on_restock",
                                   "notify_on_sold_out", "notify_on_threshold",
                                   "notify_on_purchase", "notify_on_price", "hysteresis",
                                   "confirm_reads"]}),
            (gettext("More"), {"classes": ["collapse"],
                      "fields": ["is_on_board", "zero_means", "check_interval", "config_option_id",
                                 "config_option_name", "owner", "notes"]}),
        ]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: Any | None = None) -> tuple[str, ...]:
        return () if obj is None else ("website",)

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.adopt(obj, form.save_by_service())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        monitors_delete(monitors=Monitor.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        monitors_delete(monitors=Monitor.objects.filter(pk__in=queryset.values("pk")))

    # --- Page ------------------------------------------------------------------------------

    def row_context(self, request: HttpRequest, row: Monitor) -> dict[str, Any]:
        days = days_asked(request, row)
        zone = timezone.get_current_timezone()
        events = list(monitor_history(row, 20))
        query = f"monitor__id__exact={row.pk}"
        return {
            "panels": ["admin/desk/alerts_panel.html", "admin/desk/monitor_panel.html"],
            "alerts": open_alert_rows(row),
            **self.silence_context(request, row),
            "monitor": row,
            "stock_url": self.verb_url("stock", row)
            if _is_pushed(row) and self.has_change_permission(request, row)
            else "",
            "stock": stock_badge(row),
            "status": status_badge(row),
            "price": price_text(row.price, row.currency),
            "website_link": row_link(row.website),
            "last_checked": age(last_checked_at(row)),
            "last_changed": age(row.last_changed_at),
            "why": explain(row.evidence, labels=dict(source_choices())),
            "reasons": [shown(one) for one in why_not_running(row)],
            "chart": monitor_chart(row, days, zone),
            "chart_days": days,
            "chart_choices": chart_choices(),
            "stats": panel_of(monitor_statistics(row, zone=zone), zone_name=str(zone)),
            "events": [
                (
                    event_badge(one.event_type),
                    step_text(one),
                    age(one.created_at),
                    event_text(one.message),
                )
                for one in events
            ],
            "events_url": list_url(MonitorHistory, query),
            "records_url": list_url(StockRecord, query),
        }

    def do_pause(self, request: HttpRequest, row: Monitor) -> str:
        monitor_pause(monitor=row)
        return gettext("paused.")

    def do_stock(self, request: HttpRequest, row: Monitor) -> str:
        """Takes the number typed on the page of a monitor whose stock is pushed."""
        typed = request.POST.get("quantity", "").strip()
        if not typed.removeprefix("-").isdecimal() or abs(int(typed)) > MOST_PUSHED:
            raise InvalidInputError(gettext("Give a whole number."))
        stock_push(monitor=row, quantity=int(typed))
        return gettext("%(number)s in stock, noted.") % {"number": typed}

    def do_resume(self, request: HttpRequest, row: Monitor) -> str:
        monitor_resume(monitor=row)
        return gettext("resumed; the next poll compares it.")
