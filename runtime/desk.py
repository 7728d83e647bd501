"""The first page of the admin: where things stand and what to do next.

The same page without its frame (`?live=1`) is what an open overview asks for to stay up to date.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.admin.base import zone_of
from accounts.admin.display import age, list_url, muted, row_link
from accounts.admin.rights import holds
from accounts.choices import Role
from common.texts import joined, shown
from monitoring import deskselectors as ask
from monitoring.admin.alertbadges import kind_badge, level_text
from monitoring.admin.badges import event_badge, health_badge
from monitoring.admin.readonly import numbers_text
from monitoring.choices import AlertStatus
from monitoring.deskselectors import Stock
from monitoring.hours import clock_hours
from monitoring.models import Alert, Monitor, MonitorHistory
from notifications.choices import NotificationStatus
from notifications.deskselectors import delivery
from notifications.models import Channel, NotificationLog, Subscription
from runtime import deskfigures as figures
from runtime.deskfigures import Figure
from runtime.desksystem import spoken, system
from runtime.desktimeline import timeline
from websites.models import Website

EVENTS_SHOWN = 12
WEBSITES_SHOWN = 8
ALERTS_SHOWN = 8
LIVE_SECONDS = 10


class Task(NamedTuple):
    """A step towards the first message."""

    text: str
    url: str
    is_done: bool


class ShopRow(NamedTuple):
    link: SafeString
    health: SafeString
    read: SafeString
    stock: Figure
    watched: Figure
    trouble: str


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds what the index shows; everything in it belongs to the user's teams."""
    is_live = "live" in request.GET
    with timezone.override(zone_of(request)):
        return {
            **context,
            "title": gettext("Overview"),
            "frame": "admin/desk/bare.html" if is_live else "admin/base.html",
            "is_live": is_live,
            "live_seconds": LIVE_SECONDS,
            "has_team": holds(request, Role.VIEWER),
            **_panels(request),
        }


def _panels(request: HttpRequest) -> dict[str, Any]:
    user, now = request.user, timezone.localtime()
    starts = clock_hours(now)
    stocks = ask.stock_by_website(user)
    shops, alerts = ask.shops(user), ask.alert_numbers(user)
    messages = delivery(user, starts[0], now)
    stock = ask.stock_sum(stocks.values())
    state = system(request, shops.last_polled_at)
    shop_tile = figures.shop_tile(shops)
    dead = messages.lately.get(NotificationStatus.DEAD, 0)
    tasks = _tasks(user, shops.total, stock.watched, sum(messages.channels.values()))
    return {
        "tasks": tasks if holds(request, Role.OWNER) and _is_open(tasks) else [],
        "has_shop": shops.total > 0,
        "system": state,
        "as_of": now,
        "spoken": spoken(
            state,
            [
                gettext("%(number)d open alerts") % {"number": alerts.get(AlertStatus.OPEN, 0)},
                gettext("%(number)d shops failing") % {"number": shop_tile.figure.number},
                gettext("%(number)d messages failed") % {"number": dead},
            ],
        ),
        "stock_tiles": figures.stock_tiles(stock),
        "work_tiles": [
            shop_tile,
            figures.alert_tile(alerts),
            *figures.message_tiles(messages, starts[0]),
        ],
        "shares": figures.stock_shares(stock),
        "timeline": timeline(starts, ask.events_by_hour(user, starts), now=now),
        "latest": _latest(user, now - timedelta(hours=24)),
        "events_url": list_url(MonitorHistory),
        "healths": figures.health_figures(shops),
        "shops": [_shop(row, stocks) for row in ask.shops_worst_first(user, WEBSITES_SHOWN)],
        "shops_url": list_url(Website),
        "alerts": [_alert(row) for row in ask.alerts_newest(user, ALERTS_SHOWN)],
        "alerts_url": list_url(Alert),
        "deliveries_url": list_url(NotificationLog),
        "deliveries": figures.message_figures(messages, starts[0]),
    }


def _latest(user: object, since: Any) -> list[tuple[Any, ...]]:
    return [
        (age(row.created_at), event_badge(row.event_type), _subject(row), numbers_text(row))
        for row in ask.events_newest(user, since, EVENTS_SHOWN)
    ]


def _subject(row: MonitorHistory) -> Any:
    return row_link(row.monitor or row.website)


def _alert(row: Alert) -> tuple[Any, ...]:
    subject = row_link(row, row.subject or str(row.monitor or row.website))
    return kind_badge(row), subject, level_text(row), age(row.opened_at)


def _shop(row: Website, stocks: Mapping[int, Stock]) -> ShopRow:
    stock = stocks.get(row.pk, Stock())
    only = f"website__id__exact={row.pk}"
    trouble = _trouble(row) if row.is_active else ""
    return ShopRow(
        link=row_link(row),
        health=health_badge(row),
        read=age(row.last_success_at) if row.last_success_at else muted(gettext("not read yet")),
        stock=Figure(stock.in_stock, gettext("in stock"), list_url(Monitor, f"{only}&stock=in")),
        watched=Figure(stock.watched, gettext("watched"), list_url(Monitor, only)),
        trouble=trouble,
    )


def _trouble(row: Website) -> str:
    return joined(shown(row.last_error), shown(row.last_advice))


def _is_open(tasks: list[Task]) -> bool:
    return not all(task.is_done for task in tasks)


def _tasks(user: object, websites: int, monitors: int, channels: int) -> list[Task]:
    return [
        Task(gettext("Add a shop"), reverse("admin:websites_website_add"), websites > 0),
        Task(gettext("Import the products to watch"), list_url(Website), monitors > 0),
        Task(gettext("Add a channel and send a test through it"), list_url(Channel), channels > 0),
        Task(
            gettext("Subscribe the channel to events"),
            list_url(Subscription),
            Subscription.objects.visible_to(user).exists(),
        ),
    ]
