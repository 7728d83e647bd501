"""How evidence is kept: its parts in a fixed order instead of by name, as it comes with every row.

    {"evidence": {"source": "whmcs_api", "page": "listing", "status": 200, ...}, "note": "x"}
    {"e": ["whmcs_api", "listing", 200, ...], "note": "x"}

The first is what everybody sees, the second what is stored. Rows that hold the first are read, too.
"""

from __future__ import annotations

from typing import Any

from django.db import models

WHOLE, PACKED = "evidence", "e"
PARTS = ("source", "page", "status", "hash", "token", "code")


def packed(value: Any) -> Any:
    """Evidence with a part nobody knows stays as it is: nothing is lost."""
    evidence = value.get(WHOLE) if isinstance(value, dict) else None
    if not isinstance(evidence, dict) or PACKED in value or not set(evidence) <= set(PARTS):
        return value
    if None in evidence.values():
        return value
    parts = [evidence.get(name) for name in PARTS]
    while parts and parts[-1] is None:
        parts.pop()
    return {PACKED: parts, **{key: one for key, one in value.items() if key != WHOLE}}


def unpacked(value: Any) -> Any:
    parts = value.get(PACKED) if isinstance(value, dict) else None
    if not isinstance(parts, list):
        return value
    named = zip(PARTS, parts, strict=False)
    evidence = {name: part for name, part in named if part is not None}
    return {WHOLE: evidence, **{key: one for key, one in value.items() if key != PACKED}}


class ProofField(models.JSONField):
    """A JSON object that may hold evidence. To migrations it is a JSONField like any other."""

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def get_prep_value(self, value: Any) -> Any:
        return packed(super().get_prep_value(value))

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return unpacked(super().from_db_value(value, expression, connection))
