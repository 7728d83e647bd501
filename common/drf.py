"""One page form and one error form for the whole API (contract section 4)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import server_error as default_server_error
from rest_framework import exceptions, status
from rest_framework.pagination import PageNumberPagination
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_handler

from common.errors import ConflictError, InvalidInputError, ProductError


class Pagination(PageNumberPagination):
    """{"count", "next", "previous", "results"}; ?page= and ?page_size= up to 500."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error as {"error": {"code", "message", "fields"}}; nothing internal is shown."""
    if isinstance(error, ProductError):
        return _product_error(error)
    response = drf_handler(error, context)
    if response is None:
        return None
    code, message, fields = _described(error, response)
    response.data = error_body(code, message, fields)
    return response


def error_body(
    code: str, message: str, fields: dict[str, list[str]] | None = None
) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "fields": fields or {}}}


def _product_error(error: ProductError) -> Response:
    message = " ".join(filter(None, [error.message, error.advice]))
    if isinstance(error, InvalidInputError):
        return Response(error_body(error.code, message, error.fields), status=400)
    code = status.HTTP_409_CONFLICT if isinstance(error, ConflictError) else 502
    return Response(error_body(error.code, message), status=code)


def _described(error: Exception, response: Response) -> tuple[str, str, dict[str, list[str]]]:
    if isinstance(error, exceptions.ValidationError):
        fields = _fields(response.data)
        return "invalid", "Some values are not valid.", fields
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
    """Problems by field name; those of the whole request stand under `non_field_errors`."""
    if isinstance(data, list):
        return {"non_field_errors": [str(part) for part in data]}
    fields = {}
    for name, problems in data.items():
        listed = problems if isinstance(problems, list) else [problems]
        fields[name] = [str(problem) for problem in listed]
    return fields


@csrf_exempt
def not_found(request: HttpRequest) -> JsonResponse:
    """Addresses below /api/ that nobody serves."""
    return JsonResponse(error_body("not_found", "Not found."), status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: programs get JSON, people the usual page; what happened is in the log only."""
    if request.path.startswith("/api/"):
        message = "Something went wrong on our side; the log of the server has the details."
        return JsonResponse(error_body("internal_error", message), status=500)
    return default_server_error(request)
