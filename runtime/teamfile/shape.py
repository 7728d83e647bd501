"""Which keys a file may have, and what stands behind each. Every complaint names its path.

Meaning is left to the services; here only the shape is checked. A key that is unknown is refused, so
that a misspelt one does not pass unnoticed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Literal

from django.utils.dateparse import parse_datetime, parse_time

from common.errors import InvalidInputError
from runtime.teamfile.document import VERSION

Kind = Literal["text", "number", "switch", "texts", "time", "moment", "options", "row", "rows"]
Problems = dict[str, list[str]]


@dataclass(frozen=True, slots=True)
class Key:
    """`keys` of a row or of rows; `is_null`: null takes the value away."""

    name: str
    kind: Kind = "text"
    is_needed: bool = False
    is_null: bool = False
    keys: tuple[Key, ...] = ()


def _many(kind: Kind, *names: str) -> tuple[Key, ...]:
    return tuple(Key(name, kind) for name in names)


TEAM = (
    *_many("text", "name", "time_zone", "language", "reminders"),
    Key("low_stock_threshold", "number", is_null=True),
    Key("reminder_hour", "number"),
    *_many("switch", "is_board_on", "is_quantity_on_board"),
)
PRODUCT = (
    Key("website", is_needed=True),
    Key("product_id", is_needed=True),
    Key("config_option_id"),
)
SWITCHES = ("notify_on_restock", "notify_on_purchase", "notify_on_threshold",
            "notify_on_sold_out", "notify_on_price")  # fmt: skip
MONITOR = (
    Key("product_id", is_needed=True),
    *_many("text", "config_option_id", "product_name", "config_option_name"),
    Key("is_active", "switch"),
    Key("threshold_low", "number", is_null=True),
    Key("threshold_high", "number", is_null=True),
    *_many("number", "hysteresis", "confirm_reads"),
    *_many("switch", *SWITCHES),
    Key("check_interval", "number", is_null=True),
    Key("zero_means"),
    Key("is_on_board", "switch"),
    Key("labels", "texts"),
    *_many("text", "notes", "purchase_link"),
    Key("owner", is_null=True),
)
WEBSITE = (
    Key("name", is_needed=True),
    *_many("text", "source", "url"),
    *_many("options", "credentials", "config"),
    Key("region"),
    Key("labels", "texts"),
    Key("link_template"),
    Key("poll_interval", "number"),
    *_many("switch", "is_active", "is_on_board"),
    Key("monitors", "rows", keys=MONITOR),
)
SUBSCRIPTION = (
    *_many("texts", "events", "websites"),
    Key("monitors", "rows", keys=PRODUCT),
    Key("digest"),
    Key("is_active", "switch"),
)
CHANNEL = (
    Key("name", is_needed=True),
    Key("kind", is_needed=True),
    Key("config", "options"),
    Key("is_active", "switch"),
    Key("language"),
    Key("quiet_from", "time", is_null=True),
    Key("quiet_until", "time", is_null=True),
    Key("subscriptions", "rows", keys=SUBSCRIPTION),
)
SILENCE = (
    Key("website", is_null=True),
    Key("monitor", "row", is_null=True, keys=PRODUCT),
    Key("event_types", "texts"),
    Key("label"),
    Key("starts_at", "moment", is_needed=True),
    Key("ends_at", "moment", is_needed=True),
    Key("reason"),
)
FILE = (
    Key("version", "number", is_needed=True),
    Key("team", "row", keys=TEAM),
    Key("websites", "rows", keys=WEBSITE),
    Key("channels", "rows", keys=CHANNEL),
    Key("silences", "rows", keys=SILENCE),
)


def checked(document: dict[str, Any]) -> dict[str, Any]:
    """Typed values. Raises InvalidInputError with every problem by its path."""
    problems: Problems = {}
    found = _row(document, FILE, "", problems)
    if found.get("version") not in (VERSION, None):
        problems["version"] = [f"This program reads version {VERSION}."]
    if problems:
        raise InvalidInputError("The file is not valid.", fields=problems)
    return found


def _row(value: Any, keys: Sequence[Key], path: str, problems: Problems) -> dict[str, Any]:
    if not isinstance(value, dict):
        problems[path or "file"] = ["Must be a mapping of keys."]
        return {}
    known = {key.name: key for key in keys}
    for name in value.keys() - known.keys():
        problems[_under(path, name)] = [f"There is no such key. Known: {', '.join(known)}."]
    found = {}
    for key in keys:
        at = _under(path, key.name)
        if key.name in value:
            found[key.name] = _taken(value[key.name], key, at, problems)
        elif key.is_needed:
            problems[at] = ["Is missing."]
    return found


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _taken(value: Any, key: Key, path: str, problems: Problems) -> Any:
    if key.kind == "rows":
        return _rows(value, key, path, problems)
    if value is None:
        if key.is_null:
            return None
        if key.kind in ("options", "texts"):
            return {} if key.kind == "options" else []
        if key.kind == "text" and not key.is_needed:
            return ""
        problems[path] = ["Must not be empty."]
        return None
    if key.kind == "row":
        return _row(value, key.keys, path, problems)
    try:
        return _READ[key.kind](value)
    except ValueError as error:
        problems[path] = [str(error)]
        return None


def _rows(value: Any, key: Key, path: str, problems: Problems) -> list[dict[str, Any]]:
    if value is None:
        return []
    if not isinstance(value, list):
        problems[path] = ["Must be a list."]
        return []
    return [_row(one, key.keys, f"{path}[{n}]", problems) for n, one in enumerate(value)]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value).strip()
    raise ValueError("Must be a text.")


def _number(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    raise ValueError("Must be a whole number.")


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("Must be true or false.")


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise ValueError("Must be a list of texts.")  # noqa: TRY004 - one kind of error
    return [_text(one) for one in value]


def _time(value: Any) -> time:
    found = parse_time(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError("Must be a time like 22:00.")
    return found


def _moment(value: Any) -> datetime:
    found = parse_datetime(value) if isinstance(value, str) else None
    if found is None or found.tzinfo is None:
        raise ValueError("Must be a time with its offset, like 2026-05-01T22:00:00+02:00.")
    return found


def _options(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ValueError("Must be a mapping of options.")  # noqa: TRY004 - one kind of error
    return {name: one for name, one in value.items() if one is not None}


_READ: dict[str, Any] = {
    "text": _text,
    "number": _number,
    "switch": _switch,
    "texts": _texts,
    "time": _time,
    "moment": _moment,
    "options": _options,
}
