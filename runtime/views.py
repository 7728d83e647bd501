"""The front door and the health address for simple probes."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runtime.health import database_answers


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """A page for browsers, JSON for everything that does not ask for HTML by name."""
    if "text/html" in request.headers.get("Accept", ""):
        shown = {
            "name": settings.APP_NAME,
            "version": settings.APP_VERSION,
            "url": settings.PUBLIC_URL,
        }
        response = render(request, "home.html", shown)
    else:
        response = JsonResponse(
            {
                "name": settings.APP_NAME,
                "version": settings.APP_VERSION,
                "docs": f"{settings.PUBLIC_URL}/docs",
                "health": f"{settings.PUBLIC_URL}/health",
            }
        )
    response["Vary"] = "Accept"
    return response


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    is_connected = database_answers()
    body = {
        "status": "healthy" if is_connected else "unhealthy",
        "app_name": settings.APP_NAME,
        "version": settings.APP_VERSION,
        "database": "connected" if is_connected else "disconnected",
    }
    return JsonResponse(body, status=200 if is_connected else 503)
