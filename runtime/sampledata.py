"""Sample rows to look at: a shop kept by hand, or the shops of a fake world that is running."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.choices import Role
from accounts.models import Team
from monitoring.models import Monitor
from monitoring.services.importing import products_import
from monitoring.services.ingest import stock_push
from monitoring.services.monitors import monitor_update, monitors_bulk_create
from notifications.channels.twilio.config import missing_settings
from notifications.models import Channel, TelegramLink
from notifications.services.channels import channel_create
from notifications.services.subscriptions import subscription_create, subscription_update
from notifications.telegram_bot.linking import chat_bind
from notifications.telegram_bot.updates import Chat, Person
from websites.models import Website
from websites.services import website_create

LOW = 3
"""Threshold of the sample monitors: the fake shops pass it on their way to sold out."""

REGIONS = {"nimbus": "Frankfurt, DE", "alpine": "Zürich, CH"}
"""Locations of the fake shops."""

URGENT = ("restocked", "sold_out", "website_unreachable")

HAND_KEPT: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("vps-s", "VPS S", (12, 9, 4, 0, 15)),
    ("vps-m", "VPS M", (6, 5, 5, 3, 2)),
    ("vps-l", "VPS L", (0, 0, 4, 1, 0)),
    ("dedicated-1", "Dedicated 1", (2, 2, 1)),
)


def hand_kept_shop(team: Team) -> Website:
    """A manual Website whose four products have a history."""
    website = website_create(team=team, name="Sample shop", source="manual")
    monitors = monitors_bulk_create(
        website=website,
        rows=[
            {"product_id": product_id, "product_name": name, "threshold_low": LOW}
            for product_id, name, _ in HAND_KEPT
        ],
    )
    numbers = {product_id: stock for product_id, _, stock in HAND_KEPT}
    for monitor in monitors:
        for quantity in numbers[monitor.product_id]:
            stock_push(monitor=monitor, quantity=quantity)
    return website


def world_shops(team: Team, world: Mapping[str, Any]) -> list[Website]:
    """A Website per shop of the fake world, all products imported. Reads the shops.

    `world` is what the fake world says of itself: base_url, shops, rest (those that need no
    credentials), whmcs.identifier and .secret.
    """
    websites = []
    for name in world["shops"]:
        is_open = name in world.get("rest", ())
        website = website_create(
            team=team,
            name=f"{name.capitalize()} Hosting",
            source="whmcs_rest" if is_open else "whmcs_api",
            url=f"{world['base_url']}/{name}",
            region=REGIONS.get(name, ""),
            credentials={} if is_open else dict(world["whmcs"]),
            poll_interval=5,
        )
        products_import(website=website)
        for monitor in Monitor.objects.filter(website=website).select_related("website"):
            monitor_update(monitor=monitor, threshold_low=LOW)
        websites.append(website)
    return websites


def board_open(team: Team) -> None:
    """The public board with numbers: the shops are invented."""
    team.is_board_on = team.is_quantity_on_board = True
    team.save(update_fields=["is_board_on", "is_quantity_on_board", "updated_at"])


def world_channels(team: Team, world: Mapping[str, Any]) -> list[Channel]:
    """A Channel of each kind into the fake world's inbox, subscribed to everything; the phone, where
    it can be reached, to what must not wait."""
    kinds: list[tuple[str, str, dict[str, Any]]] = [
        ("Telegram group", "telegram", {"chat_id": str(world["telegram"]["chat_id"])}),
        ("Sales by e-mail", "email", {"to": ["sales@shop.example"]}),
        ("Webhook", "webhook", {"url": world["webhooks"].replace("NAME", "stock")}),
    ]
    if not missing_settings("sms"):
        kinds.append(("On call", "sms", {"to": ["+14155550123"]}))
    channels = []
    for name, kind, config in kinds:
        channel, _ = channel_create(team=team, name=name, kind=kind, config=config)
        subscription_create(channel=channel, events=list(URGENT) if kind == "sms" else ["*"])
        channels.append(channel)
    return channels


def world_link(team: Team, world: Mapping[str, Any]) -> TelegramLink | None:
    """The fake chat belongs to the first owner, as if they had linked it: its buttons work, and it
    is told of alerts beside everything else."""
    owner = team.memberships.filter(role=Role.OWNER).select_related("user").order_by("pk").first()
    if owner is None:
        return None
    chat_id = int(world["telegram"]["chat_id"])
    link = chat_bind(
        user=owner.user,
        team=team,
        chat=Chat(chat_id, "private", "Demo"),
        person=Person(chat_id, "Demo"),
    )
    if link.channel is not None:
        for subscription in link.channel.subscriptions.all():
            subscription_update(subscription=subscription, events=["*", "alert_opened"])
    return link
