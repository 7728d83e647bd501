"""Every request has an id: in the log lines of all that happens for it, and in the answer."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse

from accounts.actors import Actor
from common.logcontext import log_also, log_context

HEADER = "X-Request-ID"
_FORM = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}")


class RequestIdMiddleware:
    """Takes the id of a trusted proxy (TrustedProxyMiddleware dropped those of strangers, who
    could else write what they like into the log), or makes one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request_id = given if _FORM.fullmatch(given) else uuid.uuid4().hex
        with log_context(request_id=request_id):
            response = self.get_response(request)
        response[HEADER] = request_id
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """An error that nobody caught is logged and reported with its team's number."""
        team = _team_of(request)
        if team:
            log_also(team=team)


def _team_of(request: HttpRequest) -> str:
    """Of the key, or of the person who is logged in; "" when that is not known."""
    for actor in (getattr(request, "auth", None), getattr(request, "user", None)):
        if isinstance(actor, Actor):
            try:
                ids = list(actor.team_ids())
            except DatabaseError:  # perhaps what the error is about
                return ""
            return str(ids[0]) if len(ids) == 1 else "several" if ids else ""
    return ""
