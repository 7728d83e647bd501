"""A row of MonitorHistory as the facts that messages are made of."""

from __future__ import annotations

from typing import Any

from monitoring.choices import AlertKind, EventType
from monitoring.models import MonitorHistory
from notifications.payload import EventFacts
from websites.links import buy_link

# Availability that follows from the kind of event where no record of the step is kept.
_AVAILABLE = {EventType.RESTOCKED.value: True, EventType.SOLD_OUT.value: False}
_LABELS = {str(value): str(label) for value, label in EventType.choices}
_GOES_ON = frozenset({EventType.ALERT_REMINDER, EventType.ALERT_RESOLVED})


def facts_of(row: MonitorHistory) -> EventFacts:
    """Of a row with website, monitor, record and alert loaded."""
    monitor, record, metadata = row.monitor, row.record, row.metadata
    price, currency = _price(row)
    return EventFacts(
        id=str(row.public_id),
        type=row.event_type,
        label=_LABELS.get(row.event_type, row.event_type),
        message=row.message,
        advice=str(metadata.get("advice") or ""),
        website_id=str(row.website.public_id),
        website=row.website.name,
        monitor_id=str(monitor.public_id) if monitor else None,
        product_id=monitor.product_id if monitor else str(metadata.get("product_id") or ""),
        product=str(monitor) if monitor else str(metadata.get("name") or _subject(row)),
        link=_link(_buy_link(row)),
        from_quantity=row.from_quantity,
        to_quantity=row.to_quantity,
        delta=row.delta,
        available=record.available if record else _available(row),
        price=price,
        currency=currency,
        threshold_value=row.threshold_value,
        at=row.created_at,
        details=_details(row),
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


def _subject(row: MonitorHistory) -> str:
    """Name in the metadata of an alert whose monitor is deleted."""
    is_website = row.metadata.get("cause") == AlertKind.UNREACHABLE
    return "" if is_website else str(row.metadata.get("subject") or "")


def _details(row: MonitorHistory) -> dict[str, Any]:
    details = dict(row.metadata)
    if row.alert is not None and row.event_type in _GOES_ON:
        details["opened_at"] = row.alert.opened_at
    return details
