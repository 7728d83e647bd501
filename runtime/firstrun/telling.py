"""Where the team is told: a channel and what it hears of, made once however often it is posted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Team, User
from common.texts import Text, shown
from monitoring.choices import EventType
from notifications.channels.registry import CHANNELS
from notifications.matching import ALL_EVENTS
from notifications.models import Channel, NotificationLog, TelegramLink
from notifications.rendering import TEST_TYPE
from notifications.services.channels import channel_create, channel_enable
from notifications.services.subscriptions import subscription_create
from runtime.selfcheck import UNSET_MAIL_SERVER

IMPORTANT: tuple[str, ...] = (
    EventType.RESTOCKED,
    EventType.SOLD_OUT,
    EventType.THRESHOLD_BREACH_LOW,
    EventType.PRODUCT_MISSING,
    EventType.WEBSITE_UNREACHABLE,
    EventType.WEBSITE_RECOVERED,
    EventType.ALERT_REMINDER,
)
HEARD: dict[str, tuple[str, ...]] = {"important": IMPORTANT, "everything": (ALL_EVENTS,)}
HEARD_CHOICES: tuple[tuple[str, Text], ...] = (
    ("important", _("What matters: back in stock, low, sold out, shop trouble")),
    ("everything", _("Everything, each sale too")),
)


def mail_is_set_up() -> bool:
    return (settings.EMAIL_HOST, settings.EMAIL_PORT) != UNSET_MAIL_SERVER


def channel_ensure(
    *, team: Team, kind: str, config: Mapping[str, Any], heard: str
) -> tuple[Channel, dict[str, str]]:
    """The team's channel that leads there, subscribed to something, and the secrets that were made
    for it (label -> value, shown this once). Raises InvalidInputError."""
    generated: dict[str, Any] = {}
    with transaction.atomic():
        Team.objects.select_for_update().get(pk=team.pk)  # a second post waits, and finds it
        found = _of_config(team, kind, config)
        if found is None:
            found, generated = channel_create(
                team=team, name=_name_for(team, kind, config), kind=kind, config=config
            )
        if not found.is_active:
            channel_enable(channel=found)
        if not found.subscriptions.exists():
            subscription_create(channel=found, events=HEARD[heard])
    labels = {one.name: one.label for one in CHANNELS.get(kind).CONFIG}
    return found, {shown(labels.get(name, name)): str(value) for name, value in generated.items()}


def linked_since(*, user: User, team: Team, since: datetime) -> Channel | None:
    """The channel of a Telegram chat that the person linked meanwhile."""
    rows = TelegramLink.objects.filter(user=user, team=team, updated_at__gt=since)
    link = rows.exclude(channel=None).select_related("channel").order_by("-updated_at").first()
    return link.channel if link else None


def last_test(channel: Channel) -> NotificationLog | None:
    return channel.notifications.filter(notification_type=TEST_TYPE).order_by("-pk").first()


def _of_config(team: Team, kind: str, config: Mapping[str, Any]) -> Channel | None:
    rows = Channel.objects.filter(team=team, user=None, kind=kind).order_by("pk")
    same = (one for one in rows if all(one.config.get(key) == config[key] for key in config))
    return next(same, None)


def _name_for(team: Team, kind: str, config: Mapping[str, Any]) -> str:
    """Like "E-mail ops@shop.example", with a number where the team has that already."""
    to = config.get("to") or [urlsplit(config.get("url", "")).hostname or ""]
    more = f" +{len(to) - 1}" if len(to) > 1 else ""
    base = f"{CHANNELS.get(kind).label} {to[0]}"[:100] + more
    taken = {
        *Channel.objects.filter(team=team, name__startswith=base).values_list("name", flat=True)
    }
    names = (base if number == 1 else f"{base} {number}" for number in range(1, len(taken) + 2))
    return next(name for name in names if name not in taken)
