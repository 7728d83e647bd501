"""What every plug-in (source or channel kind) says about its configuration.

Admin forms, API validation and docs pages are derived from these fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from common.errors import InvalidInputError

FieldType = Literal["text", "integer", "boolean", "url", "list"]


@dataclass(frozen=True, slots=True)
class ConfigField:
    """One setting of a plug-in. A secret one is kept encrypted and never shown again."""

    name: str
    label: str
    help: str = ""
    type: FieldType = "text"
    is_secret: bool = False
    is_required: bool = False
    default: Any = None
    clean: Callable[[Any], Any] | None = None
    """Returns the cleaned value; raises ValueError with a sentence for people."""


def _integer(value: Any) -> int:
    if isinstance(value, bool):
        raise ValueError("Must be a whole number.")  # noqa: TRY004 - one kind of error for callers
    try:
        return int(value)
    except (TypeError, ValueError):
        raise ValueError("Must be a whole number.") from None


def _boolean(value: Any) -> bool:
    word = str(value).lower()
    if word in {"true", "1", "on", "yes"}:
        return True
    if word in {"false", "0", "off", "no"}:
        return False
    raise ValueError("Must be true or false.")


def _list(value: Any) -> list[str]:
    if isinstance(value, str):
        value = [part.strip() for part in value.replace("\n", ",").split(",")]
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise ValueError("Must be a list of texts.")
    return [part for part in value if part]


def _text(value: Any) -> str:
    if not isinstance(value, str | int):
        raise ValueError("Must be a text.")  # noqa: TRY004 - one kind of error for callers
    return str(value).strip()


_TYPES: dict[FieldType, Callable[[Any], Any]] = {
    "integer": _integer,
    "boolean": _boolean,
    "list": _list,
    "text": _text,
    "url": _text,
}


def clean_config(fields: Sequence[ConfigField], values: Mapping[str, Any]) -> dict[str, Any]:
    """Typed and checked values by field name; raises InvalidInputError naming each bad field.

    Unknown names are refused, so that a misspelt option does not pass unnoticed.
    """
    known = {field.name: field for field in fields}
    problems = {name: ["Unknown option."] for name in values if name not in known}
    cleaned: dict[str, Any] = {}
    for name, field in known.items():
        value = values.get(name)
        if value in (None, "", []):
            if field.is_required:
                problems[name] = ["This value is required."]
            elif field.default is not None:
                cleaned[name] = field.default
            continue
        try:
            cleaned[name] = _TYPES[field.type](value)
            if field.clean is not None:
                cleaned[name] = field.clean(cleaned[name])
        except ValueError as error:
            problems[name] = [str(error)]
    if problems:
        raise InvalidInputError("The configuration is not valid.", fields=problems)
    return cleaned


def split_secrets(
    fields: Sequence[ConfigField], values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(open values, secret values)."""
    secret = {field.name for field in fields if field.is_secret}
    return (
        {name: value for name, value in values.items() if name not in secret},
        {name: value for name, value in values.items() if name in secret},
    )
