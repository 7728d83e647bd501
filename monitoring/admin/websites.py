"""The websites' pages. They live here because polling, importing and reasons do."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import TeamScopedAdmin
from accounts.admin.display import age, list_url, muted, page_url, span_text, text_link
from accounts.admin.empty import step
from accounts.admin.rights import holds, is_super
from accounts.admin.theme import ChoicesFilter
from accounts.admin.verbs import Verb
from accounts.choices import Role
from common.errors import ProductError
from common.texts import joined, shown
from monitoring.admin.alertbadges import open_alert_rows
from monitoring.admin.badges import health_badge
from monitoring.admin.exportcolumns import WEBSITES
from monitoring.admin.filters import HealthFilter
from monitoring.admin.importpage import ImportPageMixin
from monitoring.admin.inspectpage import InspectPageMixin
from monitoring.admin.sheetpage import SheetPageMixin
from monitoring.admin.shopgrid import shop_grid
from monitoring.admin.shoppolls import shop_polls
from monitoring.admin.silencing import SILENCE, SilencedMixin
from monitoring.admin.websiteform import OPTIONS, WebsiteForm
from monitoring.models import Monitor, MonitorHistory, PollRun
from monitoring.selectors import why_not_running
from monitoring.services.polling import poll_request
from websites.models import CatalogueProduct, Website
from websites.services import (
    proxy_shown,
    website_check,
    website_pause,
    website_proxy_set,
    website_resume,
)
from websites.sources.registry import AUTO, AUTO_LABEL, source_class


def _is_polled(website: Website) -> bool:
    return source_class(website.source).is_polled


def _kind_shown(website: Website) -> str:
    if website.source != AUTO:
        return shown(source_class(website.source).label)
    words = {"automatic": shown(AUTO_LABEL), "kind": shown(source_class(website.kind).label)}
    if website.resolved_source:
        return gettext("%(automatic)s: %(kind)s") % words
    text = gettext("%(automatic)s: %(kind)s, until a connection test finds the best one")
    return text % words


@admin.register(Website)
class WebsiteAdmin(
    SilencedMixin, InspectPageMixin, ImportPageMixin, SheetPageMixin, TeamScopedAdmin
):
    export_columns, sheet_kind = WEBSITES, "websites"
    add_role = change_role = delete_role = Role.OWNER
    form = WebsiteForm
    list_display = (
        "name", "team", "health_shown", "source_shown", "monitors_shown", "last_read", "next_poll",
        "is_active",
    )  # fmt: skip
    list_filter = ("team", HealthFilter, ("source", ChoicesFilter))
    list_select_related = ("team",)
    search_fields = ("name", "url", "region")
    conditional_fields = OPTIONS.conditions("source")
    deletes_with_it: ClassVar = {
        "monitors": _("Monitors"),
        "monitors__records": _("Stock records"),
        "history": _("Events"),
        "poll_runs": _("Poll runs"),
        "catalogue": _("Catalogue products"),
    }
    empty = step(
        _("Add your first shop"),
        _(
            "Give the address of a WHMCS shop, and API credentials if you have them. Then import the "
            "products you want to watch."
        ),
        "storefront",
        label=_("Add a website"),
    )
    verbs = (
        Verb("poll", _("Poll now"), "sync", Role.OPERATOR, fits=_is_polled, is_main=True),
        Verb("check", _("Test connection"), "network_check", Role.OPERATOR, fits=_is_polled),
        Verb(
            "import",
            _("Import products"),
            "playlist_add",
            Role.OPERATOR,
            fits=_is_polled,
            is_page=True,
        ),
        Verb(
            "pause",
            _("Pause"),
            "pause",
            Role.OWNER,
            confirm=_(
                "While it is paused nothing is read: a restock that comes and goes meanwhile "
                "is never noticed. Pause it?"
            ),
            fits=lambda website: website.is_active,
        ),
        Verb(
            "resume",
            _("Resume"),
            "play_arrow",
            Role.OWNER,
            fits=lambda website: not website.is_active,
        ),
        SILENCE,
        Verb("proxy", _("Set proxy"), "vpn_lock", None, fits=_is_polled, is_form=True),
    )

    # --- List ------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Counts by a subquery: it runs for the rows of one page only."""
        counted = (
            Monitor.objects.filter(website=OuterRef("pk"))
            .order_by()
            .values("website")
            .annotate(number=Count("pk"))
            .values("number")
        )
        rows: QuerySet[Any] = super().get_queryset(request)
        shown: QuerySet[Any] = rows.annotate(monitor_count=Coalesce(Subquery(counted), 0))
        return shown

    @admin.display(description=_("Health"), ordering="health")
    def health_shown(self, row: Website) -> SafeString:
        return health_badge(row)

    @admin.display(description=_("Source"), ordering="source")
    def source_shown(self, row: Website) -> str:
        return shown(row.get_source_display())

    @admin.display(description=_("Monitors"), ordering="monitor_count")
    def monitors_shown(self, row: Any) -> SafeString:
        return text_link(list_url(Monitor, f"website__id__exact={row.pk}"), str(row.monitor_count))

    @admin.display(description=_("Last good read"), ordering="last_success_at")
    def last_read(self, row: Website) -> SafeString:
        return age(row.last_success_at)

    @admin.display(description=_("Next poll"), ordering="next_poll_at")
    def next_poll(self, row: Website) -> SafeString:
        if not row.is_active or not _is_polled(row):
            return muted("–")
        late = (timezone.now() - row.next_poll_at).total_seconds()
        if late < 0:
            return age(row.next_poll_at)
        return muted(gettext("due since %(span)s") % {"span": span_text(late)})

    # --- Form ------------------------------------------------------------------------------

    def get_form(
        self, request: HttpRequest, obj: Any | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        """The options of the sources are form fields made for this row."""
        if obj is not None and not self.has_change_permission(request, obj):
            return super().get_form(request, obj, change, **kwargs)
        stored = {} if obj is None else {**obj.config, **obj.credentials}
        shown = OPTIONS.form_fields(stored, {name for name, value in stored.items() if value})
        made = type("WebsiteForm", (WebsiteForm,), dict(shown))
        return super().get_form(request, obj, change, form=made, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any | None = None) -> Any:
        may_edit = (
            self.has_add_permission(request)
            if obj is None
            else self.has_change_permission(request, obj)
        )
        connection = ["source", "url", *(OPTIONS.names() if may_edit else [])]
        return [
            (None, {"fields": ["team", "name"]}),
            (gettext("Connection"), {"fields": connection}),
            (
                gettext("Watching"),
                {"fields": ["poll_interval", "region", "labels", "link_template", "is_on_board"]},
            ),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any | None = None) -> tuple[str, ...]:
        return () if obj is None else ("team",)

    def write(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        self.adopt(obj, form.save_by_service())

    # --- Page ------------------------------------------------------------------------------

    def row_context(self, request: HttpRequest, row: Website) -> dict[str, Any]:
        query = f"website__id__exact={row.pk}"
        return {
            "panels": [
                "admin/desk/alerts_panel.html",
                "admin/desk/website_panel.html",
                "admin/desk/website_products.html",
                *(["admin/desk/website_polls.html"] if _is_polled(row) else []),
            ],
            **shop_grid(request, row),
            **shop_polls(row),
            "polls_url": list_url(PollRun, query),
            "import_url": self.verb_url("import", row)
            if _is_polled(row) and holds(request, Role.OPERATOR, row.team_id)
            else "",
            "alerts": open_alert_rows(row),
            **self.silence_context(request, row),
            "website": row,
            "health": health_badge(row),
            "kind": _kind_shown(row),
            "identifier": row.credentials.get("identifier", ""),
            "reasons": [shown(one) for one in why_not_running(row)],
            "all_well": gettext("All is well: nothing stands in the way of reading it.")
            if _is_polled(row)
            else gettext(
                "Stock of this website is pushed by its API or by hand; nothing is polled."
            ),
            "last_read": age(row.last_success_at),
            "last_polled": age(row.last_polled_at),
            "next_poll": self.next_poll(row),
            "proxy": proxy_shown(row),
            "proxy_url": self.verb_url("proxy", row)
            if is_super(request) and _is_polled(row)
            else "",
            "links": [
                (gettext("Monitors"), list_url(Monitor, query), row.monitors.count()),
                (gettext("Catalogue"), list_url(CatalogueProduct, query), row.catalogue.count()),
                (gettext("Events"), list_url(MonitorHistory, query), row.history.count()),
                (gettext("Poll runs"), list_url(PollRun, query), row.poll_runs.count()),
            ],
        }

    # --- Verbs -----------------------------------------------------------------------------

    def do_poll(self, request: HttpRequest, row: Website) -> str:
        run = poll_request(website=row)
        text = gettext("poll %(number)d is requested; it starts within a second.")
        return text % {"number": run.pk}

    def do_check(self, request: HttpRequest, row: Website) -> str:
        result = website_check(website=row)
        if not result.ok:
            raise ProductError(result.message, code=result.code, advice=result.advice)
        return joined(shown(result.message), shown(result.advice))

    def do_proxy(self, request: HttpRequest, row: Website) -> str:
        """For superusers: a proxy reaches what we refuse to."""
        website_proxy_set(website=row, url=request.POST.get("proxy", ""))
        return (
            gettext("is read by way of the proxy.")
            if row.proxy
            else gettext("is read without a proxy.")
        )

    def do_pause(self, request: HttpRequest, row: Website) -> str:
        website_pause(website=row)
        return gettext("paused.")

    def do_resume(self, request: HttpRequest, row: Website) -> str:
        website_resume(website=row)
        return gettext("resumed, it is polled at once.")

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> Any:
        """A new shop's next step is its products."""
        if "_addanother" in request.POST or "_popup" in request.POST or not _is_polled(obj):
            return super().response_add(request, obj, post_url_continue)
        self.message_user(
            request,
            gettext("%(website)s is added. Test the connection, then choose the products to watch.")
            % {"website": obj},
            messages.SUCCESS,
        )
        return redirect(page_url(obj))
