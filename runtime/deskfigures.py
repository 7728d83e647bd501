"""Numbers of the overview. Each leads to the list of exactly the rows it counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext, pgettext

from accounts.admin.display import age_text, list_url
from accounts.admin.spans import span_value
from common.texts import shown
from monitoring.admin.badges import HEALTH_TONES
from monitoring.choices import AlertStatus
from monitoring.deskselectors import Shops, Stock
from monitoring.models import Alert, Monitor
from notifications.choices import ChannelHealth, NotificationStatus
from notifications.deskselectors import Delivery
from notifications.models import Channel, NotificationLog
from websites.choices import Health
from websites.models import Website

CALM = (Health.OK, Health.NEVER, Health.PAUSED)


class Figure(NamedTuple):
    """A number, its words and its list."""

    number: int
    label: str
    url: str
    tone: str = ""
    icon: str = ""

    @property
    def text(self) -> str:
        return f"{self.number:,}".replace(",", "\u202f")


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure to see from afar, with smaller ones below it."""

    figure: Figure
    notes: tuple[Figure, ...] = ()
    remark: str = ""


def stock_tiles(stock: Stock) -> list[Tile]:
    watched = Figure(stock.watched, gettext("watched"), list_url(Monitor))
    return [
        Tile(
            _monitors(stock.in_stock, gettext("In stock"), "in", "is-good", "check_circle"),
            (watched,),
        ),
        Tile(
            _monitors(stock.low, gettext("Low"), "low", "is-warn", "trending_down"),
            remark=gettext("below their threshold"),
        ),
        Tile(_monitors(stock.out, gettext("Sold out"), "out", "is-bad", "remove_shopping_cart")),
        Tile(
            _monitors(stock.unknown, gettext("Unknown"), "unknown", "", "help"),
            remark=gettext("nothing proves their stock"),
        ),
    ]


def _monitors(number: int, label: str, state: str, tone: str, icon: str) -> Figure:
    return Figure(number, label, list_url(Monitor, f"stock={state}"), tone if number else "", icon)


def stock_shares(stock: Stock) -> list[tuple[str, float]]:
    """(kind, percent) of the bar below the tiles; empty when nothing is watched."""
    parts = (
        ("good", stock.in_stock - stock.low_in_stock),
        ("warn", stock.low_in_stock),
        ("bad", stock.out),
        ("idle", stock.unknown),
    )
    return [(kind, round(100 * part / stock.watched, 2)) for kind, part in parts if part]


def shop_tile(shops: Shops) -> Tile:
    failing = sum(number for health, number in shops.by_health.items() if health not in CALM)
    return Tile(
        Figure(
            failing,
            gettext("Shops failing"),
            list_url(Website, "health=failing"),
            "is-bad" if failing else "",
            "storefront",
        ),
        (health_figure(Health.OK, shops.by_health.get(Health.OK, 0)),),
        ""
        if shops.oldest_success_at is None
        else gettext("oldest read %(age)s") % {"age": age_text(shops.oldest_success_at)},
    )


def health_figure(health: Health, number: int) -> Figure:
    return Figure(
        number, shown(health.label), list_url(Website, f"health={health}"),
        f"is-{HEALTH_TONES[health]}",
    )  # fmt: skip


def health_figures(shops: Shops) -> list[Figure]:
    """Every health that some website has."""
    return [health_figure(one, shops.by_health[one]) for one in Health if one in shops.by_health]


def alert_tile(numbers: Mapping[str, int]) -> Tile:
    is_open = numbers.get(AlertStatus.OPEN, 0)
    held = numbers.get(AlertStatus.ACKNOWLEDGED, 0)
    return Tile(
        Figure(
            is_open, gettext("Open alerts"), list_url(Alert, "status__exact=open"),
            "is-bad" if is_open else "", "notifications_active",
        ),
        (Figure(held, gettext("acknowledged"), list_url(Alert, "status__exact=acknowledged")),),
    )  # fmt: skip


def message_tiles(found: Delivery, since: datetime) -> list[Tile]:
    waiting = found.backlog.get(NotificationStatus.PENDING, 0)
    sending = found.backlog.get(NotificationStatus.SENDING, 0)
    failed = _lately(
        found,
        NotificationStatus.DEAD,
        pgettext("messages", "Failed"),
        since,
        "is-bad",
        "sms_failed",
    )
    return [
        Tile(
            Figure(
                waiting, pgettext("messages", "Waiting"), list_url(NotificationLog, "status__exact=pending"), "",
                "schedule_send",
            ),
            (Figure(sending, gettext("on the way"), list_url(NotificationLog, "status__exact=sending")),),
            ""
            if found.due_since is None
            else gettext("due %(age)s") % {"age": age_text(found.due_since)},
        ),
        Tile(failed, (_lately(found, NotificationStatus.SENT, pgettext("messages", "sent"), since),),
             gettext("in 24 hours")),
    ]  # fmt: skip


def message_figures(found: Delivery, since: datetime) -> list[Figure]:
    """What became of the messages of the last day, and channels that need somebody."""
    troubled = [
        Figure(number, label, list_url(Channel, f"health__exact={health}"), tone)
        for health, label, tone in (
            (ChannelHealth.FAILING, gettext("Channels failing"), "is-bad"),
            (ChannelHealth.DISABLED, gettext("Channels disabled"), "is-warn"),
        )
        if (number := found.channels.get(health, 0))
    ]
    return [
        _lately(found, NotificationStatus.SENT, pgettext("messages", "Sent"), since, "is-good"),
        _lately(
            found, NotificationStatus.DEAD, pgettext("messages", "Failed for good"), since, "is-bad"
        ),
        _lately(found, NotificationStatus.DROPPED, pgettext("messages", "Not told"), since),
        *troubled,
    ]


def _lately(
    found: Delivery, status: NotificationStatus, label: str, since: datetime, tone: str = "",
    icon: str = "",
) -> Figure:  # fmt: skip
    number = found.lately.get(status, 0)
    query = f"status__exact={status}&when={span_value(since)}"
    return Figure(number, label, list_url(NotificationLog, query), tone if number else "", icon)
