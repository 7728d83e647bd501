"""Look and navigation of the admin. The sidebar shows what the user's role may see."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from common.texts import Text


def _may_see(model: str) -> Callable[[HttpRequest], bool]:
    def permission(request: HttpRequest) -> bool:
        return admin.site.get_model_admin(apps.get_model(model)).has_module_permission(request)

    return permission


def _may_inspect(request: HttpRequest) -> bool:
    pages: Any = admin.site.get_model_admin(apps.get_model("websites.Website"))
    return bool(pages.may_inspect(request))


def _may_configure(request: HttpRequest) -> bool:
    """Owners of any team."""
    return admin.site.get_model_admin(apps.get_model("accounts.Team")).has_change_permission(
        request
    )


def _is_open(link: Any) -> Callable[[HttpRequest], bool]:
    """Whether a page below `link` is shown, and not one that has an entry of its own."""

    def active(request: HttpRequest) -> bool:
        above = [one for one in _links() if request.path.startswith(one)]
        return bool(above) and max(above, key=len) == str(link)

    return active


@cache
def _links() -> frozenset[str]:
    return frozenset(str(item["link"]) for group in navigation() for item in group["items"])


def _item(title: Text, icon: str, model: str) -> dict[str, Any]:
    link = reverse_lazy(f"admin:{model.lower().replace('.', '_')}_changelist")
    return {
        "title": title,
        "icon": icon,
        "link": link,
        "active": _is_open(link),
        "permission": _may_see(model),
    }


def _group(title: Text, *items: dict[str, Any]) -> dict[str, Any]:
    return {"title": title, "separator": True, "items": list(items)}


def _asset(path: str) -> Callable[[HttpRequest], str]:
    return lambda _request: static(path)


def navigation() -> list[dict[str, Any]]:
    overview = {"title": _("Overview"), "icon": "home", "link": reverse_lazy("admin:index")}
    return [{"items": [overview]}, *_daily(), *_seldom()]


def _daily() -> list[dict[str, Any]]:
    """What people open every day."""
    return [
        _group(
            _("Shop floor"),
            _item(_("Websites"), "storefront", "websites.Website"),
            _item(_("Monitors"), "monitoring", "monitoring.Monitor"),
            _item(_("Events"), "bolt", "monitoring.MonitorHistory"),
            {
                "title": _("Inspect a page"),
                "icon": "troubleshoot",
                "link": reverse_lazy("admin:websites_website_inspect"),
                "permission": _may_inspect,
            },
        ),
        _group(
            _("Alerts"),
            _item(_("Alerts"), "notifications_active", "monitoring.Alert"),
            _item(_("Silences"), "notifications_off", "monitoring.Silence"),
            {
                "title": _("My alerts"),
                "icon": "manage_accounts",
                "link": reverse_lazy("admin:notifications_channel_my_alerts"),
            },
        ),
        _group(
            _("Delivery"),
            _item(_("Channels"), "send", "notifications.Channel"),
            {
                "title": _("Link Telegram"),
                "icon": "link",
                "link": reverse_lazy("admin:notifications_channel_telegram"),
                "permission": _may_see("notifications.Channel"),
            },
            _item(_("Subscriptions"), "rule", "notifications.Subscription"),
            _item(_("Notifications"), "mark_email_read", "notifications.NotificationLog"),
            _item(_("Words"), "edit_note", "notifications.MessageTemplate"),
        ),
    ]


def _seldom() -> list[dict[str, Any]]:
    """What they look up, and what the system is made of."""
    return [
        _group(
            _("History"),
            _item(_("Poll runs"), "sync", "monitoring.PollRun"),
            _item(_("Stock records"), "timeline", "monitoring.StockRecord"),
            _item(_("Catalogue"), "inventory_2", "websites.CatalogueProduct"),
        ),
        _group(
            _("Team"),
            {
                "title": _("First steps"),
                "icon": "rocket_launch",
                "link": reverse_lazy("setup:start"),
                "permission": "runtime.firstrun.access.owns_a_team",
            },
            _item(_("Teams"), "groups", "accounts.Team"),
            _item(_("Members"), "badge", "accounts.Membership"),
            _item(_("API keys"), "key", "accounts.ApiKey"),
            _item(_("Users"), "person", "accounts.User"),
            _item(_("Lock-outs"), "lock_clock", "axes.AccessAttempt"),
            _item(_("Audit log"), "history_edu", "accounts.AuditEntry"),
            {
                "title": _("Configuration"),
                "icon": "description",
                "link": reverse_lazy("admin-config"),
                "permission": _may_configure,
            },
        ),
        _group(
            _("System"),
            _item(_("Hosts"), "public", "websites.HostBudget"),
            _item(_("Process events"), "vital_signs", "runtime.ProcessEvent"),
            _item(_("Schedules"), "schedule", "django_q.Schedule"),
            _item(_("Queued tasks"), "pending", "django_q.OrmQ"),
            _item(_("Failed tasks"), "error", "django_q.Failure"),
            _item(_("Done tasks"), "task_alt", "django_q.Success"),
        ),
    ]


def build(*, app_name: str, app_version: str) -> dict[str, Any]:
    """The UNFOLD setting."""
    return {
        "SITE_TITLE": app_name,
        "SITE_HEADER": app_name,
        "SITE_SUBHEADER": format_lazy(_("Version {version}"), version=app_version),
        "SITE_SYMBOL": "inventory",
        "SITE_FAVICONS": [
            {"rel": "icon", "type": "image/svg+xml", "href": _asset("desk/icon.svg")}
        ],
        "SHOW_VIEW_ON_SITE": False,
        "SHOW_BACK_BUTTON": True,
        "SHOW_LANGUAGES": True,
        "LOGIN": {"form": "accounts.loginform.LoginForm"},
        "ACCOUNT": {
            "navigation": [
                {
                    "title": _("Two-factor"),
                    "link": reverse_lazy("admin:accounts_user_two_factor"),
                },
                {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
            ]
        },
        "BORDER_RADIUS": "6px",
        "COLORS": {
            "primary": {
                "50": "oklch(97.7% .014 237)",
                "100": "oklch(95.1% .026 237)",
                "200": "oklch(90.1% .058 231)",
                "300": "oklch(82.8% .111 230)",
                "400": "oklch(74.6% .145 235)",
                "500": "oklch(62.5% .15 240)",
                "600": "oklch(52.5% .135 243)",
                "700": "oklch(45.5% .12 244)",
                "800": "oklch(39.1% .09 241)",
                "900": "oklch(33.3% .07 243)",
                "950": "oklch(26% .055 244)",
            }
        },
        "STYLES": [_asset("desk/desk.css"), _asset("desk/chart.css")],
        "SCRIPTS": [_asset("desk/desk.js")],
        "SIDEBAR": {
            "show_search": False,
            "show_all_applications": False,
            "navigation": navigation(),
        },
        "DASHBOARD_CALLBACK": "runtime.desk.overview",
    }
