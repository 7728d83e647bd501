"""What was observed: read-only lists of records, events, polls and catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnlyAdmin
from accounts.admin.display import age, badge, muted, row_link, text_link
from accounts.admin.empty import step
from accounts.admin.exporting import ExportMixin
from accounts.admin.spans import SpanFilter
from accounts.admin.theme import ChoicesFilter
from common.texts import shown
from monitoring.admin.badges import event_badge, outcome_badge, price_text, stock_words
from monitoring.admin.exportcolumns import HISTORY, RECORDS
from monitoring.eventwords import event_text
from monitoring.evidence import explain
from monitoring.models import MonitorHistory, PollRun, StockRecord
from websites.models import CatalogueProduct
from websites.sources.registry import choices as source_choices


def signed(number: int | None) -> SafeString | str:
    return muted("–") if number is None else f"{number:+d}"


@admin.register(StockRecord)
class StockRecordAdmin(ExportMixin, ReadOnlyAdmin):
    export_columns = RECORDS
    list_display = (
        "when",
        "monitor_link",
        "website",
        "stock",
        "delta_text",
        "change",
        "price_shown",
    )
    list_filter = ("monitor__website", ("change_type", ChoicesFilter), SpanFilter)
    list_select_related = ("monitor__website__team", "poll_run__website")
    search_fields = ("monitor__product_name", "monitor__product_id")
    fields = (
        "when", "monitor", "stock", "delta_text", "change_type", "price_shown",
        "threshold_breached", "threshold_type", "poll_run", "notes",
    )  # fmt: skip
    empty = step(
        _("No stock was recorded yet"),
        _(
            "A record is written when a monitored product is read for the first time and whenever "
            "something about its stock changes."
        ),
        "timeline",
        to="monitoring_monitor_changelist",
        label=_("See the monitors"),
    )

    def row_context(self, request: HttpRequest, row: StockRecord) -> dict[str, Any]:
        kept = row.metadata.get("evidence") or {}
        return why_context(kept, said=shown(row.get_change_type_display()), run=row.poll_run)

    @admin.display(description=_("When"), ordering="created_at")
    def when(self, row: StockRecord) -> SafeString:
        return age(row.created_at)

    @admin.display(description=_("Monitor"))
    def monitor_link(self, row: StockRecord) -> SafeString:
        return row_link(row.monitor)

    @admin.display(description=_("Website"))
    def website(self, row: StockRecord) -> str:
        return row.monitor.website.name

    @admin.display(description=_("Stock"), ordering="quantity")
    def stock(self, row: StockRecord) -> SafeString:
        return badge(*stock_words(row.quantity, row.available, row.stock_control_enabled))

    @admin.display(description=_("Change"), ordering="delta")
    def delta_text(self, row: StockRecord) -> SafeString | str:
        return signed(row.delta)

    @admin.display(description=_("Kind"), ordering="change_type")
    def change(self, row: StockRecord) -> str:
        return shown(row.get_change_type_display())

    @admin.display(description=_("Price"), ordering="price")
    def price_shown(self, row: StockRecord) -> SafeString | str:
        return price_text(row.price, row.currency)


@admin.register(MonitorHistory)
class MonitorHistoryAdmin(ExportMixin, ReadOnlyAdmin):
    export_columns = HISTORY
    list_display = (
        "when",
        "event",
        "monitor_link",
        "website",
        "stock_step",
        "said",
        "is_planned",
    )
    list_filter = (("event_type", ChoicesFilter), SpanFilter, "website")
    list_select_related = ("monitor", "website__team", "poll_run__website", "record")
    search_fields = ("message", "monitor__product_name", "monitor__product_id")
    fields = (
        "when", "event", "website", "monitor", "stock_step", "change_type", "threshold_type",
        "threshold_value", "record", "planned_at", "public_id",
    )  # fmt: skip
    empty = step(
        _("Nothing happened yet"),
        _(
            "Restocks, sales, price changes and outages of your shops appear here. The first reading "
            "of a product is only a baseline and makes no event."
        ),
        "notifications_paused",
        to="monitoring_monitor_changelist",
        label=_("See the monitors"),
    )

    @admin.display(description=_("When"), ordering="created_at")
    def when(self, row: MonitorHistory) -> SafeString:
        return age(row.created_at)

    @admin.display(description=_("Event"), ordering="event_type")
    def event(self, row: MonitorHistory) -> SafeString:
        return event_badge(row.event_type)

    @admin.display(description=_("Monitor"))
    def monitor_link(self, row: MonitorHistory) -> SafeString:
        return row_link(row.monitor)

    @admin.display(description=_("Stock"))
    def stock_step(self, row: MonitorHistory) -> SafeString | str:
        return step_text(row)

    def row_context(self, request: HttpRequest, row: MonitorHistory) -> dict[str, Any]:
        kept = row.metadata.get("evidence") or {}
        return why_context(
            kept, said=event_text(row.message), step=numbers_text(row), run=row.poll_run
        )

    @admin.display(description=_("Message"), ordering="message")
    def said(self, row: MonitorHistory) -> str:
        return event_text(row.message)

    @admin.display(description=_("Matched"), boolean=True)
    def is_planned(self, row: MonitorHistory) -> bool:
        """Whether it was matched against the subscriptions."""
        return row.planned_at is not None


def step_text(row: MonitorHistory) -> SafeString | str:
    """ "5 → 3", with ? for an unknown side; a dash for events without numbers."""
    return numbers_text(row) or muted("–")


def numbers_text(row: MonitorHistory) -> str:
    """ "5 → 3"; empty for events without numbers."""
    if row.from_quantity is None and row.to_quantity is None:
        return ""
    if row.alert_id is not None and row.event_type.startswith("alert_"):
        return ""  # a turn of an alert is no step of the stock
    before = "?" if row.from_quantity is None else row.from_quantity
    after = "?" if row.to_quantity is None else row.to_quantity
    return f"{before} → {after}"


def why_context(
    kept: Mapping[str, Any], *, said: str, run: PollRun | None, step: str = ""
) -> dict[str, Any]:
    """The panel that answers "why?" with the evidence that was kept."""
    return {
        "panels": ["admin/desk/why_panel.html"],
        "said": said,
        "step": step,
        "why": explain(kept, labels=dict(source_choices())),
        "poll": row_link(run, gettext("See the poll that read it")) if run else "",
    }


@admin.register(PollRun)
class PollRunAdmin(ReadOnlyAdmin):
    list_display = (
        "when", "website", "outcome_shown", "count", "monitors_checked", "changes", "events",
        "took", "error_shown",
    )  # fmt: skip
    list_filter = ("website", ("outcome", ChoicesFilter), ("trigger", ChoicesFilter))
    list_select_related = ("website__team",)
    fields = (
        "website", "outcome_shown", "trigger", "source", "count", "first_at", "last_at",
        "finished_at", "took", "monitors_checked", "products_seen", "changes", "events",
        "requests_made", "bytes_read", "error_code", "error_shown", "advice_shown",
    )  # fmt: skip
    empty = step(
        _("No shop was polled yet"),
        _("Each reading of a shop leaves a row here; equal readings share one."),
        "sync",
        to="websites_website_changelist",
        label=_("See the websites"),
    )

    @admin.display(description=_("Last"), ordering="last_at")
    def when(self, row: PollRun) -> SafeString:
        return age(row.last_at)

    @admin.display(description=_("Outcome"), ordering="outcome")
    def outcome_shown(self, row: PollRun) -> SafeString:
        return outcome_badge(row)

    @admin.display(description=_("Took"), ordering="duration_ms")
    def took(self, row: PollRun) -> SafeString | str:
        return (
            muted("–")
            if row.duration_ms is None
            else gettext("%(number)d ms") % {"number": row.duration_ms}
        )

    @admin.display(description=_("error message"), ordering="error_message")
    def error_shown(self, row: PollRun) -> str:
        return shown(row.error_message)

    @admin.display(description=_("advice"))
    def advice_shown(self, row: PollRun) -> str:
        return shown(row.advice)


@admin.register(CatalogueProduct)
class CatalogueProductAdmin(ReadOnlyAdmin):
    list_display = (
        "name_shown",
        "product_id",
        "website",
        "group_name",
        "price_shown",
        "state",
        "seen",
    )
    list_filter = ("website",)
    list_select_related = ("website__team",)
    search_fields = ("name", "product_id", "group_name")
    fields = (
        "website", "product_id", "name", "group_name", "slug", "price_shown", "address", "state",
        "first_seen_at", "last_seen_at", "missing_since",
    )  # fmt: skip
    empty = step(
        _("No catalogue was read yet"),
        _(
            "What your shops list is kept here, watched or not. It fills with the first poll or import."
        ),
        "inventory_2",
        to="websites_website_changelist",
        label=_("See the websites"),
    )

    @admin.display(description=_("Product"), ordering="name")
    def name_shown(self, row: CatalogueProduct) -> str:
        return str(row)

    @admin.display(description=_("Price"), ordering="price")
    def price_shown(self, row: CatalogueProduct) -> SafeString | str:
        return price_text(row.price, row.currency)

    @admin.display(description=_("State"), ordering="missing_since")
    def state(self, row: CatalogueProduct) -> SafeString:
        if row.missing_since is None:
            return badge(gettext("Listed"), "good")
        return badge(
            gettext("Missing"), "warn", gettext("Absent from two complete readings in a row.")
        )

    @admin.display(description=_("First seen"), ordering="first_seen_at")
    def seen(self, row: CatalogueProduct) -> SafeString:
        return age(row.first_seen_at)

    @admin.display(description=_("Address"))
    def address(self, row: CatalogueProduct) -> Any:
        """Only a web address becomes a link: a shop decides what stands here."""
        is_web = row.url.startswith(("https://", "http://"))
        return text_link(row.url, row.url) if is_web else row.url
