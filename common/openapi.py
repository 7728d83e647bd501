"""How the OpenAPI document describes what every address has in common."""

from __future__ import annotations

from typing import Any, cast

from drf_spectacular.openapi import AutoSchema

SUMMARIES = {
    "list": "List {rows}",
    "create": "New {row}",
    "retrieve": "Show {row}",
    "update": "Replace {row}",
    "partial_update": "Change {row}",
    "destroy": "Delete {row}",
}
ERROR_SCHEMA = {
    "type": "object",
    "description": "Every error has this form.",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "fields"],
            "properties": {
                "code": {"type": "string", "description": "For programs; it stays the same."},
                "message": {"type": "string", "description": "For people."},
                "fields": {
                    "type": "object",
                    "description": "What to mend, by field; `monitors.3.price` inside a list.",
                    "additionalProperties": {"type": "array", "items": {"type": "string"}},
                },
            },
        }
    },
}
ERROR_ANSWER = {
    "description": "Anything else",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}


class Schema(AutoSchema):
    """Short titles in the lists of `/docs`: what is done to what, or the name of the action."""

    def get_summary(self) -> str | None:
        action = getattr(self.view, "action", None)
        if action not in SUMMARIES:
            return getattr(self.view, "name", None)
        names = cast(Any, self.view).queryset.model._meta
        return SUMMARIES[action].format(row=names.verbose_name, rows=names.verbose_name_plural)


def describe_errors(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Adds the one form of errors to every operation."""
    result["components"].setdefault("schemas", {})["Error"] = ERROR_SCHEMA
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = ERROR_ANSWER
    return result
