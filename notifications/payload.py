"""Pure: the body of the outgoing webhook (Standard Webhooks 1.0.0; contract section 4)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

MAX_BYTES = 20_000
"""The specification asks for bodies below 20 kB."""

BATCH_TYPE = "events.batch"
PING_TYPE = "webhook.ping"

WEBHOOK_TYPES = {
    "restocked": "stock.restocked",
    "stock_increased": "stock.increased",
    "stock_decreased": "stock.purchased",
    "sold_out": "stock.sold_out",
    "threshold_breach_low": "stock.low",
    "threshold_breach_high": "stock.high",
    "threshold_recovered": "stock.recovered",
    "price_changed": "price.changed",
    "product_new": "product.new",
    "product_missing": "product.missing",
    "product_renamed": "product.renamed",
    "product_moved": "product.moved",
    "stock_control_changed": "stock.control_changed",
    "monitor_flapping": "monitor.flapping",
    "website_unreachable": "website.unreachable",
    "website_recovered": "website.recovered",
    "snapshot_quarantined": "website.quarantined",
    "alert_opened": "alert.opened",
    "alert_acknowledged": "alert.acknowledged",
    "alert_reminder": "alert.reminder",
    "alert_resolved": "alert.resolved",
}


class EventFacts(NamedTuple):
    """What a message says of one event. Unknown is None; ids are the public ones.

    `monitor_id` is None for events of a website and for products nobody watches; those still have
    a `product_id`. `price` is a decimal number as text.
    """

    id: str
    type: str
    label: str
    message: str
    advice: str
    website_id: str
    website: str
    monitor_id: str | None
    product_id: str
    product: str
    link: str
    from_quantity: int | None
    to_quantity: int | None
    delta: int | None
    available: bool | None
    price: str | None
    currency: str
    threshold_value: int | None
    at: datetime
    details: Mapping[str, Any] = {}
    """More that is known of its kind (metadata of MonitorHistory), for words only."""


def webhook_type(event_type: str) -> str:
    """`sold_out` -> `stock.sold_out`. Raises KeyError for a type nobody gave a name."""
    return WEBHOOK_TYPES[event_type]


def timestamp(moment: datetime) -> str:
    """ISO 8601 in UTC with a Z: `2026-11-21T08:00:00.123456Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def event_body(event: EventFacts) -> dict[str, Any]:
    """{"type", "timestamp", "data"} of one event."""
    monitor = None
    if event.product_id:
        monitor = {
            "public_id": event.monitor_id,
            "product_id": event.product_id,
            "product_name": event.product,
            "purchase_link": event.link or None,
        }
    return {
        "type": webhook_type(event.type),
        "timestamp": timestamp(event.at),
        "data": {
            "event_id": event.id,
            "website": {"public_id": event.website_id, "name": event.website},
            "monitor": monitor,
            "from_quantity": event.from_quantity,
            "to_quantity": event.to_quantity,
            "delta": event.delta,
            "available": event.available,
            "price": event.price,
            "currency": event.currency or None,
            "threshold_value": event.threshold_value,
            "message": event.message,
            "detected_at": timestamp(event.at),
        },
    }


def batch_body(events: Sequence[EventFacts], total: int) -> dict[str, Any]:
    """Several events in one body, each as it would be alone.

    `events` are the first of `total`. A digest may hold more than fits: `data.more` counts those
    that are left out.
    """
    body: dict[str, Any] = {
        "type": BATCH_TYPE,
        "timestamp": timestamp(max(event.at for event in events)),
        "data": {"events": [], "more": total},
    }
    size = len(encoded(body))
    for event in events:
        item = event_body(event)
        size += len(encoded(item)) + 1
        if size >= MAX_BYTES:
            break
        body["data"]["events"].append(item)
        body["data"]["more"] -= 1
    return body


def ping_body(*, channel_id: str, channel: str, message: str, at: datetime) -> dict[str, Any]:
    return {
        "type": PING_TYPE,
        "timestamp": timestamp(at),
        "data": {"channel": {"public_id": channel_id, "name": channel}, "message": message},
    }


def encoded(body: Any) -> bytes:
    """The bytes that are signed and sent."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
