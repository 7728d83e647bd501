"""How the OpenAPI document describes what every address has in common."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any, cast

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers

SUMMARIES = {
    "list": "List {rows}",
    "create": "New {row}",
    "retrieve": "Show {row}",
    "update": "Replace {row}",
    "partial_update": "Change {row}",
    "destroy": "Delete {row}",
}


class ErrorDetailSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text="For programs; it stays the same.")
    message = serializers.CharField(help_text="For people.")

    # `fields` is a name the serializer itself uses.
    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        problems = serializers.DictField(
            child=serializers.ListField(child=serializers.CharField()),
            help_text="What to mend, by field; `monitors.3.price` inside a list.",
        )
        return {**super().get_fields(), "fields": problems}


class ErrorSerializer(serializers.Serializer[Any]):
    """Every error has this form."""

    error = ErrorDetailSerializer()


WORDS = {
    400: "A value is not valid; `fields` names it.",
    401: "No key or log-in, or one that is not valid.",
    403: "The role or scope does not reach, or a session without its CSRF token.",
    404: "Not there, or not yours.",
    406: "Answers are JSON only.",
    409: "The row is in a state that does not allow it.",
    413: "The request is too large.",
    415: "Bodies are JSON only.",
    429: "Too many requests. The message tells the limit and the wait, Retry-After the seconds.",
    502: "The other side failed. The message says what to do.",
}


def failing(*statuses: int) -> dict[int, OpenApiResponse]:
    """For `responses` of an action: what it may fail with beside the usual."""
    return {status: OpenApiResponse(ErrorSerializer, WORDS[status]) for status in statuses}


class Schema(AutoSchema):
    """Short titles in the lists of `/docs`, and the errors that every address of its sort has."""

    def get_summary(self) -> str | None:
        action = getattr(self.view, "action", None)
        if action not in SUMMARIES:
            return getattr(self.view, "name", None)
        names = cast(Any, self.view).queryset.model._meta
        return SUMMARIES[action].format(row=names.verbose_name, rows=names.verbose_name_plural)

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for number, answer in failing(*self._usual_errors()).items():
            made = self._get_response_for_code(  # type: ignore[no-untyped-call]
                answer, str(number), direction=direction
            )
            bodies.setdefault(str(number), made)
        if "429" in bodies:
            bodies["429"]["headers"] = {"Retry-After": RETRY_AFTER}
        return dict(sorted(bodies.items()))

    def _usual_errors(self) -> Iterator[int]:
        view = cast(Any, self.view)
        is_list = self.method == "GET" and self._is_list_view()
        is_detail = "{" in self.path
        yield 406
        if self._get_request_body():  # type: ignore[no-untyped-call]
            yield from (400, 413, 415)
        elif is_list and not is_detail:
            yield 400
        if is_list or is_detail:
            yield 404
        if view.throttle_classes:
            yield 429
        if view.authentication_classes:
            yield 401
            if self.method != "GET":
                yield 403


RETRY_AFTER = {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds to wait."}


@functools.cache
def _document() -> dict[str, Any]:
    return cast(dict[str, Any], SchemaGenerator().get_schema(request=None, public=True))  # type: ignore[no-untyped-call]


class MadeOnce(SchemaGenerator):
    """The document is the same for all and takes most of a second: one is made per process."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        return _document()


def say_what_is_always_there(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """An answer has all its fields, a request those without a default: so clients need no guess."""
    for name, schema in result["components"]["schemas"].items():
        if not name.endswith("Request") and "properties" in schema:
            schema["required"] = sorted(schema["properties"])
    return result
