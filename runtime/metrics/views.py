"""The address /metrics, for scrapers with a token and for superusers. Nobody else sees that it is there.

A peer on this machine is not trusted for being one: behind a reverse proxy on the same machine
every stranger of the internet would be one.
"""

from __future__ import annotations

import hmac
import logging

from django.conf import settings
from django.db import DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runtime.metrics.collector import exposition

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text; `?by=team` adds the teams' short names as labels."""
    if not _has_token(request) and not _is_superuser(request):
        if settings.METRICS_TOKEN:
            return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
        raise Http404
    by_team = settings.METRICS_BY_TEAM or request.GET.get("by") == "team"
    try:
        body, content_type = exposition(request.headers.get("Accept", ""), by_team=by_team)
    except DatabaseError:
        logger.exception("metrics_failed")
        return HttpResponse("The database does not answer.\n", "text/plain", status=503)
    return HttpResponse(body, content_type)


def _has_token(request: HttpRequest) -> bool:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    wanted = settings.METRICS_TOKEN.encode()
    is_right = hmac.compare_digest(given.strip().encode(), wanted)
    return bool(wanted) and scheme.lower() == "bearer" and is_right


def _is_superuser(request: HttpRequest) -> bool:
    user = request.user
    return user.is_active and user.is_superuser
