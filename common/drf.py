"""One page form, one order and one error form for the whole API (contract section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import bad_request as default_bad_request
from django.views.defaults import page_not_found as default_page_not_found
from django.views.defaults import server_error as default_server_error
from rest_framework import exceptions, status
from rest_framework.filters import OrderingFilter
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from common.errors import ConflictError, InvalidInputError, ProductError
from common.throttling import TooManyRequestsError, address_count


class Pagination(PageNumberPagination):
    """{"count", "next", "previous", "results"}; ?page= and ?page_size= up to 500."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
    page_query_description = "Page, from 1 on."
    page_size_query_description = "Rows of a page, 500 at most."

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The framework's, without its examples of foreign addresses."""
        described: dict[str, Any] = super().get_paginated_response_schema(schema)
        for one in described["properties"].values():
            one.pop("example", None)
        return described


class StableOrdering(OrderingFilter):
    """?ordering=; rows that are equal in it are ordered by id, so that none is on two pages."""

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for one in parameters:
            one["description"] = f"{', '.join(view.ordering_fields)}; with - for descending."
        return parameters

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> Any:
        ordering = super().get_ordering(request, queryset, view)
        if not ordering:
            return ordering
        return [*ordering, "-pk" if ordering[-1].startswith("-") else "pk"]


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error as {"error": {"code", "message", "fields"}}; nothing internal is shown."""
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        error = _refused_stranger(error, context)
    if isinstance(error, ProductError):
        return _product_error(error)
    if isinstance(error, RequestDataTooBig):
        return Response(error_body("too_large", "The request is too large."), status=413)
    response = drf_handler(error, context)
    if response is None:
        return None
    code, message, fields = _described(error, response)
    response.data = error_body(code, message, fields)
    return response


def _refused_stranger(error: Exception, context: dict[str, Any]) -> Exception:
    """401, or 429 for an address that tries too often; a valid key or log-in never comes here."""
    try:
        address_count(context["request"], settings.API_RATE_ANONYMOUS)
    except TooManyRequestsError as too_many:
        return too_many
    return error


def error_body(
    code: str, message: str, fields: dict[str, list[str]] | None = None
) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "fields": fields or {}}}


def _product_error(error: ProductError) -> Response:
    """400 for input to mend, 409 for a row in the wrong state; else the other side failed: 502."""
    message = " ".join(filter(None, [error.message, error.advice]))
    if isinstance(error, InvalidInputError):
        return Response(error_body(error.code, message, error.fields), status=400)
    code = status.HTTP_409_CONFLICT if isinstance(error, ConflictError) else 502
    return Response(error_body(error.code, message), status=code)


def _described(error: Exception, response: Response) -> tuple[str, str, dict[str, list[str]]]:
    if isinstance(error, exceptions.ValidationError):
        return "invalid", "Some values are not valid.", _fields(response.data)
    if isinstance(error, Http404):
        return "not_found", "Not found.", {}
    if isinstance(error, PermissionDenied):
        return "permission_denied", "You may not do this.", {}
    if isinstance(error, exceptions.APIException):
        detail = error.detail
        code = getattr(detail, "code", None) or error.default_code
        return str(code), str(detail), {}
    return "error", "The request failed.", {}


def _fields(data: Any) -> dict[str, list[str]]:
    """Problems by field name, `monitors.3.price` for one inside a list; those of the whole
    request stand under `non_field_errors`."""
    fields: dict[str, list[str]] = {}
    for name, problem in _flat("", data):
        fields.setdefault(name or "non_field_errors", []).append(problem)
    return fields


def _flat(where: str, data: Any) -> Iterator[tuple[str, str]]:
    if isinstance(data, dict):
        for name, inner in data.items():
            is_whole = where and name == "non_field_errors"
            yield from _flat(where if is_whole else f"{where}.{name}".strip("."), inner)
    elif isinstance(data, list):
        # A list of texts is the problems of one field; one of dictionaries has one per row.
        for position, inner in enumerate(data):
            is_row = isinstance(inner, dict | list)
            yield from _flat(f"{where}.{position}".strip(".") if is_row else where, inner)
    else:
        yield where, str(data)


@csrf_exempt
def not_found(request: HttpRequest) -> JsonResponse:
    """Addresses below /api/ that nobody serves."""
    hint = "" if request.path.endswith("/") else " Addresses end with a slash."
    return JsonResponse(error_body("not_found", f"Not found.{hint}"), status=404)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404: programs get JSON, people the usual page."""
    if request.path.startswith("/api/"):
        return not_found(request)
    return default_page_not_found(request, exception)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: a host or a header that Django does not take."""
    if request.path.startswith("/api/"):
        return JsonResponse(error_body("bad_request", "The request is not valid."), status=400)
    return default_bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: programs get JSON, people the usual page; what happened is in the log only."""
    if request.path.startswith("/api/"):
        message = "Something went wrong on our side; the log of the server has the details."
        return JsonResponse(error_body("internal_error", message), status=500)
    return default_server_error(request)
