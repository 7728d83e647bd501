"""Pure: what is said of one event, in one language and time zone. Built from facts: the message that
is stored with an event is English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from accounts.choices import Language
from monitoring.choices import EventType
from notifications.payload import EventFacts
from notifications.wording.catalogue import first_known, texts, word

STATES_ONLY = frozenset(
    {
        EventType.MONITOR_FLAPPING.value,
        EventType.ALERT_OPENED.value,
        EventType.ALERT_ACKNOWLEDGED.value,
        EventType.ALERT_REMINDER.value,
        EventType.ALERT_RESOLVED.value,
    }
)
"""Events that say how the stock stands, and nothing of a step."""

NO_STOCK = frozenset({EventType.PRODUCT_MISSING.value, EventType.PRODUCT_NEW.value})
_WAS_AVAILABLE = {EventType.RESTOCKED.value: False, EventType.SOLD_OUT.value: True}


class Fact(NamedTuple):
    """A line below the headline. `name`: product, website, stock, ..."""

    name: str
    label: str
    value: str


def label_of(event: EventFacts, language: str) -> str:
    return word(f"event.{event.type}", language)


def subject_of(event: EventFacts, language: str) -> str:
    values = {**_named(event), "event": label_of(event, language)}
    return first_known(["form.subject", "form.subject.plain"], language, values)


def headline_of(event: EventFacts, language: str) -> str:
    """The first line of a message that is about this event alone."""
    keys = [f"head.{event.type}", f"head.{event.type}.plain"]
    return first_known(keys, language, values_of(event, language)) or sentence_of(event, language)


def sentence_of(event: EventFacts, language: str) -> str:
    """What happened, without the name of the product."""
    if event.message and language == Language.ENGLISH:
        return event.message
    key = f"line.{event.type}"
    over = [f"{key}.over"] if event.details.get("is_over") else []
    said = first_known([*over, key, f"{key}.plain"], language, values_of(event, language))
    return said or label_of(event, language)


def note_of(event: EventFacts, language: str) -> str:
    return texts(language).get(f"note.{event.type}", "")


def time_text(moment: datetime, language: str, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):{word('form.time', language)}}"


def stock_text(quantity: int | None, available: bool | None, language: str) -> str:
    if quantity is not None:
        return str(quantity)
    return word(f"stock.{str(available).lower()}", language)


def price_text(event: EventFacts) -> str:
    return f"{event.price} {event.currency}".strip() if event.price else ""


def values_of(event: EventFacts, language: str) -> dict[str, str]:
    """Values of placeholders by name; what is unknown has none."""
    details = event.details
    values = {
        **_named(event),
        "previous": _number(event.from_quantity),
        "quantity": _number(event.to_quantity),
        "threshold": _number(event.threshold_value),
        "price": price_text(event),
        "old_price": _joined(details, "from_price", "from_currency"),
        "old_name": _text(details, "from_name"),
        "new_name": _text(details, "name"),
        "old_group": _text(details, "from_group"),
        "new_group": _text(details, "to_group"),
        "count": _text(details, "count"),
        "stock": stock_text(event.to_quantity or None, event.available, language),
        "author": author_of(event),
        "cause": _word_of("cause", _text(details, "cause"), language),
        "why": _word_of("why", _text(details, "reason"), language),
        "reason": _reason(event, language),
    }
    return {name: value for name, value in values.items() if value}


def facts_of_event(event: EventFacts, language: str, zone: ZoneInfo) -> list[Fact]:
    """What is known, in the order people look for it; without the time."""
    since = event.details.get("opened_at")
    values = {
        "product": event.product,
        "website": event.website,
        "stock": _stock(event, language),
        "threshold": _number(event.threshold_value),
        "price": price_text(event),
        "since": time_text(since, language, zone) if isinstance(since, datetime) else "",
        "author": author_of(event),
        "note": _text(event.details, "note"),
        "advice": event.advice if language == Language.ENGLISH else "",
        "link": event.link,
    }
    return [
        Fact(name, word(f"fact.{name}", language), value) for name, value in values.items() if value
    ]


def author_of(event: EventFacts) -> str:
    """The person who moved an alert; "" when it moved by itself."""
    author = event.details.get("author")
    return str(author.get("name") or "") if isinstance(author, Mapping) else ""


def _stock(event: EventFacts, language: str) -> str:
    """`3 → 0`; for what is no step just how it stands."""
    if event.type in NO_STOCK:
        return ""
    after = stock_text(event.to_quantity, event.available, language)
    if event.type in STATES_ONLY:
        return after if (event.to_quantity, event.available) != (None, None) else ""
    was_available = _WAS_AVAILABLE.get(event.type)
    if (event.from_quantity, event.to_quantity, was_available) == (None, None, None):
        return ""
    return f"{stock_text(event.from_quantity, was_available, language)} → {after}"


def _named(event: EventFacts) -> dict[str, str]:
    names = {"product": event.product, "website": event.website}
    return {name: value for name, value in names.items() if value}


def _reason(event: EventFacts, language: str) -> str:
    """Why a shop could not be read. In English the source says it best."""
    if event.type != EventType.WEBSITE_UNREACHABLE:
        return ""
    if event.message and language == Language.ENGLISH:
        return event.message
    code = _text(event.details, "code")
    return _word_of("reason", code, language) or word("reason.other", language)


def _word_of(group: str, name: str, language: str) -> str:
    return texts(language).get(f"{group}.{name}", "")


def _number(value: int | None) -> str:
    return "" if value is None else str(value)


def _text(details: Mapping[str, object], name: str) -> str:
    value = details.get(name)
    return "" if value is None else str(value)


def _joined(details: Mapping[str, object], *names: str) -> str:
    return " ".join(filter(None, (_text(details, name) for name in names)))
