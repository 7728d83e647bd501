"""The first page of the admin: where things stand and what to do next."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from accounts.admin.display import age, list_url, row_link
from accounts.admin.rights import holds
from accounts.choices import Role
from monitoring.admin.badges import event_badge, health_badge
from monitoring.admin.readonly import step_text
from monitoring.alertselectors import alert_counts
from monitoring.models import Alert, Monitor, MonitorHistory
from monitoring.selectors import status_summary
from notifications.models import Channel, Subscription
from websites.choices import Health
from websites.models import Website

EVENTS_SHOWN = 12
WEBSITES_SHOWN = 10


class Tile(NamedTuple):
    label: str
    number: int
    url: str
    tone: str = ""


class Task(NamedTuple):
    """A step towards the first message."""

    text: str
    url: str
    is_done: bool


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Adds what the index shows; everything in it belongs to the user's teams."""
    user = request.user
    counts = status_summary(user)
    events = MonitorHistory.objects.visible_to(user).select_related("monitor", "website")
    failing = (
        Website.objects.visible_to(user)
        .filter(is_active=True)
        .exclude(health__in=[Health.OK, Health.NEVER])
    )
    tasks = _tasks(user, counts)
    return {
        **context,
        "title": "Overview",
        "tiles": _tiles({**counts, "open_alerts": alert_counts(user)["open"]}),
        "tasks": tasks if holds(request, Role.OWNER) and _is_open(tasks) else [],
        "has_team": holds(request, Role.VIEWER),
        "failing": [
            (row_link(row), health_badge(row), row.last_error, row.last_advice)
            for row in failing[:WEBSITES_SHOWN]
        ],
        "latest": [
            (age(row.created_at), event_badge(row.event_type), _subject(row), step_text(row))
            for row in events[:EVENTS_SHOWN]
        ],
        "events_url": list_url(MonitorHistory),
    }


def _is_open(tasks: list[Task]) -> bool:
    return not all(task.is_done for task in tasks)


def _subject(row: MonitorHistory) -> Any:
    return row_link(row.monitor or row.website)


def _tiles(counts: dict[str, int]) -> list[Tile]:
    return [
        Tile("Websites", counts["websites"], list_url(Website)),
        Tile(
            "failing",
            counts["websites_failing"],
            list_url(Website, "is_active__exact=1"),
            "is-bad" if counts["websites_failing"] else "",
        ),
        Tile(
            "open alerts",
            counts["open_alerts"],
            list_url(Alert, "status__exact=open"),
            "is-bad" if counts["open_alerts"] else "",
        ),
        Tile("Monitors", counts["monitors"], list_url(Monitor)),
        Tile(
            "in stock",
            counts["in_stock"],
            list_url(Monitor, "stock=in"),
            "is-good" if counts["in_stock"] else "",
        ),
        Tile(
            "low",
            counts["low"],
            list_url(Monitor, "stock=low"),
            "is-warn" if counts["low"] else "",
        ),
        Tile(
            "sold out",
            counts["out_of_stock"],
            list_url(Monitor, "stock=out"),
            "is-bad" if counts["out_of_stock"] else "",
        ),
        Tile("unknown", counts["unknown"], list_url(Monitor, "stock=unknown")),
    ]


def _tasks(user: object, counts: dict[str, int]) -> list[Task]:
    return [
        Task("Add a shop", reverse("admin:websites_website_add"), counts["websites"] > 0),
        Task("Import the products to watch", list_url(Website), counts["monitors"] > 0),
        Task(
            "Add a channel and send a test through it",
            list_url(Channel),
            Channel.objects.visible_to(user).exists(),
        ),
        Task(
            "Subscribe the channel to events",
            list_url(Subscription),
            Subscription.objects.visible_to(user).exists(),
        ),
    ]
