"""Rows that tests of notifications start from."""

from __future__ import annotations

import itertools
from typing import Any

from accounts.models import Team
from monitoring.models import Monitor, MonitorHistory, PollRun
from notifications.models import Channel, NotificationLog, Subscription
from tests.factories import make_monitor, make_team, make_website
from websites.models import Website

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
TOKEN = "123456789:AAplanted-token-AAAAAAAAAAAAAAAAAAA"

_numbers = itertools.count(1)


def make_channel(
    team: Team | None = None, *, url: str = "http://127.0.0.1:9/", **fields: Any
) -> Channel:
    """A webhook channel unless told otherwise."""
    values: dict[str, Any] = {
        "team": team or make_team(),
        "name": f"Channel {next(_numbers)}",
        "kind": "webhook",
        "config": {"url": url},
        "secrets": {"secret": SECRET},
    }
    return Channel.objects.create(**{**values, **fields})


def subscribe(
    channel: Channel,
    *events: str,
    websites: list[Website] | None = None,
    monitors: list[Monitor] | None = None,
    **fields: Any,
) -> Subscription:
    """To everything unless event types are named."""
    fields.setdefault("is_scoped", bool(websites or monitors))
    row = Subscription.objects.create(channel=channel, events=list(events) or ["*"], **fields)
    row.websites.set(websites or [])
    row.monitors.set(monitors or [])
    return row


def make_event(
    monitor: Monitor | None = None, event_type: str = "sold_out", **fields: Any
) -> MonitorHistory:
    """An unplanned event; with `website=` it is one of the website."""
    if monitor is None and "website" not in fields:
        monitor = make_monitor()
    values: dict[str, Any] = {
        "website": monitor.website if monitor else None,
        "monitor": monitor,
        "event_type": event_type,
        "from_quantity": 3,
        "to_quantity": 0,
        "delta": -3,
        "message": "Sold out (was 3)",
    }
    return MonitorHistory.objects.create(**{**values, **fields})


def make_poll_events(website: Website, count: int, **fields: Any) -> list[MonitorHistory]:
    """Events of one poll, each of its own monitor."""
    run = PollRun.objects.create(website=website)
    return [make_event(make_monitor(website), poll_run=run, **fields) for _ in range(count)]


def make_notification(channel: Channel | None = None, **fields: Any) -> NotificationLog:
    """A pending message of one sold-out event, as planning leaves it."""
    channel = channel or make_channel()
    event = make_event(make_monitor(make_website(channel.team)))
    values: dict[str, Any] = {"group_key": f"e{event.pk}", "notification_type": event.event_type}
    row = NotificationLog.objects.create(channel=channel, **{**values, **fields})
    row.events.set([event])
    return row
