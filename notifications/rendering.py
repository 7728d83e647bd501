"""Events become a message: subject, text, HTML, webhook body and button."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import get_template, select_template

from monitoring.choices import EventType
from monitoring.models import MonitorHistory
from notifications.bursts import Step, bursts_of
from notifications.buttons import Action, actions_of
from notifications.channels.base import Message
from notifications.matching import zone_of
from notifications.models import Channel, NotificationLog
from notifications.payload import EventFacts, batch_body, encoded, event_body, ping_body
from websites.links import buy_link

TEST_TYPE = "test"
DIGEST_TYPE = "digest"
HEADINGS = {
    "digest": "Digest",
    "quiet": "After quiet hours",
    "reminders": "Reminders of open alerts",
}
"""Begin of the subject of what was gathered from all websites."""

SUBJECT_MAX = 250
LINES_MAX = 100
"""Events that a digest lists; it counts the others."""

# Availability that follows from the kind of event where no record of the step is kept.
_AVAILABLE = {EventType.RESTOCKED.value: True, EventType.SOLD_OUT.value: False}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in all its forms, as frozen in NotificationLog."""

    subject: str
    text: str
    html: str
    payload: Mapping[str, Any]
    button: tuple[str, str] | None = None
    actions: Sequence[Sequence[Action]] = ()

    def columns(self) -> dict[str, Any]:
        """Values of NotificationLog: subject, message, rendered. The webhook body is kept as text:
        a JSON column may change the order of its keys, and every attempt sends the same bytes."""
        frozen = {
            "html": self.html,
            "payload": encoded(self.payload).decode(),
            "button": list(self.button) if self.button else None,
            "actions": [[list(action) for action in row] for row in self.actions],
        }
        return {"subject": self.subject, "message": self.text, "rendered": frozen}


def message_of(notification: NotificationLog) -> Message:
    """The frozen message; `id` is the same for every attempt."""
    frozen = notification.rendered
    button = frozen.get("button")
    return Message(
        id=str(notification.public_id),
        type=notification.notification_type,
        subject=notification.subject,
        text=notification.message,
        html=frozen.get("html", ""),
        payload=json.loads(frozen.get("payload") or "{}"),
        button=(button[0], button[1]) if button else None,
        actions=[[(label, data) for label, data in row] for row in frozen.get("actions") or ()],
        progress=frozen.get("progress") or {},
    )


def render_events(
    rows: Sequence[MonitorHistory], *, notification_type: str, total: int | None = None
) -> Rendered:
    """One message for `rows` (with website.team, monitor and record loaded), oldest first.

    `total` counts all events of the message when `rows` are only the first of them.
    """
    events = [facts_of(row) for row in rows[:LINES_MAX]]
    total = total or len(rows)
    zone = zone_of(rows[0].website.team.time_zone)
    views = [{**event._asdict(), **_shown(event, event.at.astimezone(zone))} for event in events]
    if total == 1 and notification_type != DIGEST_TYPE:
        event = events[0]
        names = [f"notifications/{event.type}", "notifications/event"]
        context: dict[str, Any] = {"event": views[0]}
        subject, body = _subject(event), event_body(event)
    else:
        names = ["notifications/batch"]
        sums = _sums(events) if total == len(events) else {}
        context = {
            "events": views,
            "more": total - len(views),
            "sums": sums.values(),
            "shops": ", ".join(dict.fromkeys(event.website for event in events)),
            "time_text": views[-1]["time_text"],
        }
        subject = _batch_subject(events, notification_type, total, sums)
        body = batch_body(events, total)
    is_whole = total == len(events)
    button = _button(events) if is_whole else None
    context |= {"subject": subject, "app_name": settings.APP_NAME, "button": button}
    return Rendered(
        subject=subject,
        text=_tidy(select_template([f"{name}.txt" for name in names]).render(context)),
        html=select_template([f"{name}.html" for name in names]).render(context),
        payload=body,
        button=button,
        actions=_actions(rows) if is_whole else (),
    )


def render_test(channel: Channel, at: datetime) -> Rendered:
    """The message of a test send; as a webhook it is `webhook.ping`."""
    moment = at.astimezone(zone_of(channel.team.time_zone))
    subject = _one_line(f"Test message from {settings.APP_NAME}")
    context = {
        "subject": subject,
        "app_name": settings.APP_NAME,
        "channel": channel.name,
        "time_text": f"{moment:%Y-%m-%d %H:%M %Z}",
    }
    text = _tidy(get_template("notifications/test.txt").render(context))
    return Rendered(
        subject=subject,
        text=text,
        html=get_template("notifications/test.html").render(context),
        payload=ping_body(
            channel_id=str(channel.public_id), channel=channel.name, message=text, at=at
        ),
    )


def facts_of(row: MonitorHistory) -> EventFacts:
    monitor, record, metadata = row.monitor, row.record, row.metadata
    price, currency = _price(row)
    return EventFacts(
        id=str(row.public_id),
        type=row.event_type,
        label=row.get_event_type_display(),
        message=row.message,
        advice=str(metadata.get("advice") or ""),
        website_id=str(row.website.public_id),
        website=row.website.name,
        monitor_id=str(monitor.public_id) if monitor else None,
        product_id=monitor.product_id if monitor else str(metadata.get("product_id") or ""),
        product=str(monitor) if monitor else str(metadata.get("name") or ""),
        link=_link(_buy_link(row)),
        from_quantity=row.from_quantity,
        to_quantity=row.to_quantity,
        delta=row.delta,
        available=record.available if record else _available(row),
        price=price,
        currency=currency,
        threshold_value=row.threshold_value,
        at=row.created_at,
    )


def _buy_link(row: MonitorHistory) -> str:
    return buy_link(
        template=row.website.link_template,
        own=row.monitor.purchase_link if row.monitor else str(row.metadata.get("url") or ""),
        product_id=row.monitor.product_id
        if row.monitor
        else str(row.metadata.get("product_id") or ""),
        shop_url=row.website.url,
    )


def _link(address: str) -> str:
    """Only what a browser opens as a page: the address may come from a shop."""
    return address if address.startswith(("http://", "https://")) else ""


def _price(row: MonitorHistory) -> tuple[str | None, str]:
    metadata = row.metadata
    for price_key, currency_key in (("to_price", "to_currency"), ("price", "currency")):
        if metadata.get(price_key):
            return str(metadata[price_key]), str(metadata.get(currency_key) or "")
    source = row.record or row.monitor
    if source is None or source.price is None:
        return None, ""
    return str(source.price), source.currency


def _available(row: MonitorHistory) -> bool | None:
    if row.event_type in _AVAILABLE:
        return _AVAILABLE[row.event_type]
    if row.event_type == EventType.PRODUCT_MISSING:
        return None
    if row.to_quantity is not None:
        return row.to_quantity > 0
    said = row.metadata.get("availability")
    return {"in_stock": True, "out_of_stock": False}.get(str(said))


def _shown(event: EventFacts, local: datetime) -> dict[str, str]:
    """Texts for people beside the facts."""
    after = _stock_text(event.to_quantity, event.available)
    was_available = {"restocked": False, "sold_out": True}.get(event.type)
    before = _stock_text(event.from_quantity, was_available)
    is_step = (event.from_quantity, event.to_quantity) != (None, None) or was_available is not None
    is_about_stock = is_step and event.type not in (
        EventType.PRODUCT_MISSING,
        EventType.PRODUCT_NEW,
    )
    return {
        "stock_before": before if is_about_stock else "",
        "stock_after": after if is_about_stock else "",
        "price_text": f"{event.price} {event.currency}".strip() if event.price else "",
        "time_text": f"{local:%Y-%m-%d %H:%M %Z}",
    }


def _stock_text(quantity: int | None, available: bool | None) -> str:
    if quantity is not None:
        return str(quantity)
    return {True: "in stock", False: "out of stock", None: "unknown"}[available]


def _subject(event: EventFacts) -> str:
    if not event.product:
        return _one_line(f"{event.label}: {event.website}")
    return _one_line(f"{event.label}: {event.product} ({event.website})")


def _sums(events: Sequence[EventFacts]) -> dict[str, str]:
    """Monitor id -> `VPS 1: -7 in 4 min`, for those that changed more than once."""
    steps = [
        Step(event.monitor_id, event.type, event.from_quantity, event.to_quantity, event.at)
        for event in events
        if event.monitor_id
    ]
    names = {event.monitor_id: event.product for event in events}
    return {burst.key: f"{names[burst.key]}: {burst.text}" for burst in bursts_of(steps)}


def _batch_subject(
    events: Sequence[EventFacts], notification_type: str, total: int, sums: Mapping[str, str]
) -> str:
    what = "1 event" if total == 1 else f"{total} events"
    if notification_type in HEADINGS:
        return _one_line(f"{HEADINGS[notification_type]}: {what}")
    shops = {event.website for event in events}
    of_shop = f" ({events[0].website})" if len(shops) == 1 else ""
    if sums and {event.monitor_id for event in events} == set(sums) and len(sums) == 1:
        return _one_line(f"{next(iter(sums.values()))}{of_shop}")
    counts: dict[str, int] = {}
    for event in events:
        counts[event.label] = counts.get(event.label, 0) + 1
    listed = ", ".join(f"{count} x {label}" for label, count in counts.items())
    parts = f" ({listed})" if total == len(events) else ""
    shop = f"{events[0].website}: " if len(shops) == 1 else ""
    return _one_line(f"{shop}{what}{parts}")


def _button(events: Sequence[EventFacts]) -> tuple[str, str] | None:
    """Where to buy, when the message is about one product that is in stock and has a link."""
    links = {event.link for event in events}
    last = events[-1]
    if len(links) != 1 or not last.available or not last.link:
        return None
    return ("Buy", last.link)


def _actions(rows: Sequence[MonitorHistory]) -> list[list[Action]]:
    names = {row.alert_id: str(row.monitor or row.website) for row in rows if row.alert_id}
    return actions_of(rows, language=rows[0].website.team.language, names=names)


def _one_line(text: str) -> str:
    return " ".join(text.split())[:SUBJECT_MAX]


def _tidy(text: str) -> str:
    """Without the blank lines that conditions of a template leave behind."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
