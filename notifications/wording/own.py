"""Pure: a team's own words. `{product}` is replaced by a value, and that is all: nothing is looked up,
called or counted, whatever a team writes. Other braces stay as they are (styles in HTML have them).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import NamedTuple

from notifications.manner import Manner
from notifications.payload import EventFacts
from notifications.wording.telling import (
    headline_of,
    label_of,
    sentence_of,
    time_text,
    values_of,
)

PLACEHOLDERS: Mapping[str, str] = {
    "event": "Kind of event, like “Low stock”",
    "headline": "First line of the shipped message",
    "sentence": "What happened, without the name of the product",
    "product": "Name of the product",
    "website": "Name of the shop",
    "quantity": "Stock now, as a number",
    "previous": "Stock before, as a number",
    "delta": "Change of the stock, like -3",
    "stock": "Stock now, in words where there is no number",
    "threshold": "The threshold it is about",
    "price": "Price with currency",
    "old_price": "Price before",
    "link": "Where to buy",
    "time": "When it was seen, in the time zone of the receiver",
    "cause": "What an alert is about, like “low stock”",
    "why": "Why an alert was resolved",
    "author": "Who acknowledged or resolved an alert",
    "reason": "Why a shop could not be read",
    "count": "How often the stock went up and down",
    "old_name": "Name before a product was renamed",
    "new_name": "Name after it",
    "old_group": "Group before a product was moved",
    "new_group": "Group after it",
}
"""Name -> what it stands for. What is not known at an event stands for nothing."""

SUBJECT_MAX, TEXT_MAX, HTML_MAX = 250, 3_000, 20_000
FILLED_MAX = 100_000
"""A value may stand in a text many times."""

_PLACEHOLDER = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_ACTIVE = re.compile(
    r"<\s*/?\s*(script|iframe|frame|object|embed|form|input|button|meta|link|base|svg|math|html|body)\b"
    r"|\bon[a-z]+\s*=|javascript:|vbscript:",
    re.IGNORECASE,
)


class OwnWords(NamedTuple):
    """What is empty stays as it is shipped."""

    subject: str = ""
    text: str = ""
    html: str = ""


class Filled(NamedTuple):
    """As OwnWords, with values; "" where the shipped words stay."""

    subject: str
    text: str
    html: str


def own_values(event: EventFacts, manner: Manner) -> dict[str, str]:
    language = manner.language
    delta = "" if event.delta is None else f"{event.delta:+d}"
    values = {
        **values_of(event, language),
        "event": label_of(event, language),
        "headline": headline_of(event, language),
        "sentence": sentence_of(event, language),
        "delta": delta,
        "link": event.link,
        "time": time_text(event.at, language, manner.zone),
    }
    return {name: values.get(name, "") for name in PLACEHOLDERS}


def fill(words: OwnWords, values: Mapping[str, str]) -> Filled:
    """Raises KeyError for a placeholder that does not exist, ValueError when it becomes too long.

    A line of the text whose placeholders all stand for nothing is left out.
    """
    lines = [_put(line, values) for line in words.text.splitlines() if not _is_void(line, values)]
    escaped = {name: escape(value) for name, value in values.items()}
    filled = Filled(_put(words.subject, values), "\n".join(lines), _put(words.html, escaped))
    if max(map(len, filled)) > FILLED_MAX:
        raise ValueError("The message would be too long.")
    return filled


def problems_of(words: OwnWords) -> dict[str, list[str]]:
    """Field -> what is wrong with it, for people."""
    limits = {"subject": SUBJECT_MAX, "text": TEXT_MAX, "html": HTML_MAX}
    problems: dict[str, list[str]] = {}
    for field, text in words._asdict().items():
        found = [f"At most {limits[field]} characters."] if len(text) > limits[field] else []
        unknown = sorted(set(_PLACEHOLDER.findall(text)) - set(PLACEHOLDERS))
        if unknown:
            named = ", ".join(f"{{{name}}}" for name in unknown)
            found.append(f"Unknown: {named}. There are: {', '.join(PLACEHOLDERS)}.")
        if found:
            problems[field] = found
    if "\n" in words.subject.strip():
        problems.setdefault("subject", []).append("Must be one line.")
    if match := _ACTIVE.search(words.html):
        problems.setdefault("html", []).append(
            f"“{match[0].strip()}” may not be used: mails hold no scripts, forms or frames."
        )
    return problems


def sample(event_type: str) -> EventFacts:
    """An event of this kind to show words with."""
    has_product = not event_type.startswith(("website_", "snapshot_"))
    is_out = event_type in {"sold_out", "product_missing"}
    before, after = (None, None) if not has_product else (6, 0) if is_out else (0, 2)
    if event_type in {"stock_decreased", "threshold_breach_low", "price_changed"}:
        before = 6
    return EventFacts(
        id="sample",
        type=event_type,
        label="",
        message="",
        advice="",
        website_id="sample",
        website="Alpha Hosting",
        monitor_id="sample" if has_product else None,
        product_id="7" if has_product else "",
        product="VPS SSD 2G" if has_product else "",
        link="https://shop.example/cart.php?a=add&pid=7" if has_product else "",
        from_quantity=before,
        to_quantity=after,
        delta=after - before if after is not None and before is not None else None,
        available=not is_out if has_product else None,
        price="4.50" if has_product else None,
        currency="EUR",
        threshold_value=5 if "threshold" in event_type or "alert" in event_type else None,
        at=datetime(2026, 11, 21, 8, 30, tzinfo=UTC),
        details=_DETAILS.get(event_type, {}),
    )


_ALERT = {"cause": "low", "author": {"kind": "user", "id": None, "name": "Ada"}}
_DETAILS: Mapping[str, Mapping[str, object]] = {
    "price_changed": {"from_price": "5.00", "from_currency": "EUR"},
    "product_renamed": {"from_name": "VPS SSD 1G", "name": "VPS SSD 2G"},
    "product_moved": {"from_group": "VPS", "to_group": "SSD VPS"},
    "monitor_flapping": {"count": 6},
    "website_unreachable": {"code": "unreachable"},
    "alert_opened": {"cause": "low"},
    "alert_acknowledged": _ALERT,
    "alert_reminder": {"cause": "low"},
    "alert_resolved": {**_ALERT, "reason": "manual"},
}


def _put(text: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: values[match[1]], text)


def _is_void(line: str, values: Mapping[str, str]) -> bool:
    names = _PLACEHOLDER.findall(line)
    return bool(names) and not any(values[name] for name in names)
