"""Rows as the file shows them. What is compared before and after a change is the same."""

from __future__ import annotations

from datetime import time
from typing import Any

from accounts.models import Team
from monitoring.models import Monitor, Silence
from notifications.models import Channel, Subscription
from runtime.teamfile.shape import MONITOR, TEAM
from websites.models import Website

WEBSITE_FIELDS = (
    "name", "source", "url", "region", "labels", "link_template", "poll_interval", "is_active",
    "is_on_board",
)  # fmt: skip
_MONITOR_FIELDS = tuple(key.name for key in MONITOR if key.name != "owner")


def team_values(team: Team) -> dict[str, Any]:
    return {key.name: getattr(team, key.name) for key in TEAM}


def website_values(website: Website) -> dict[str, Any]:
    return {name: getattr(website, name) for name in WEBSITE_FIELDS}


def monitor_values(monitor: Monitor) -> dict[str, Any]:
    """Needs `owner` loaded."""
    owner = monitor.owner
    values = {name: getattr(monitor, name) for name in _MONITOR_FIELDS}
    return values | {"owner": owner.get_username() if owner else None}


def product_values(monitor: Monitor) -> dict[str, str]:
    """How one row of the file names a monitor of another; needs `website` loaded."""
    named = {"website": monitor.website.name, "product_id": monitor.product_id}
    option = monitor.config_option_id
    return named | ({"config_option_id": option} if option else {})


def channel_values(channel: Channel) -> dict[str, Any]:
    return {
        "name": channel.name,
        "kind": channel.kind,
        "is_active": channel.is_active,
        "language": channel.language,
        "quiet_from": channel.quiet_from,
        "quiet_until": channel.quiet_until,
    }


def subscription_values(subscription: Subscription) -> dict[str, Any]:
    """Needs `websites` and `monitors__website` prefetched."""
    products = [product_values(one) for one in subscription.monitors.all()]
    return {
        "events": list(subscription.events),
        "websites": sorted(website.name for website in subscription.websites.all()),
        "monitors": sorted(products, key=lambda one: sorted(one.items())),
        "digest": subscription.digest,
        "is_active": subscription.is_active,
    }


def silence_values(silence: Silence) -> dict[str, Any]:
    monitor = silence.monitor
    return {
        "website": silence.website.name if silence.website else None,
        "monitor": product_values(monitor) if monitor else None,
        "event_types": list(silence.event_types),
        "label": silence.label,
        "starts_at": silence.starts_at,
        "ends_at": silence.ends_at,
        "reason": silence.reason,
    }


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """For YAML: times as text."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else value
        for name, value in values.items()
    }


def clock(value: time | None) -> str | None:
    """22:00, and seconds only where there are some."""
    if value is None:
        return None
    return value.isoformat("minutes") if not (value.second or value.microsecond) else str(value)
