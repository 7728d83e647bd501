"""Programs that ask again and again: while nothing changed, the answer is 304 without a body."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware


class ConditionalApiMiddleware(ConditionalGetMiddleware):
    """Every good answer to a GET below /api/ carries an ETag, a hash of what is answered (RFC 9110, 13.1.2).

    Nothing is kept here, so nothing can be out of date and no team sees an answer of another: it
    saves the way, not the work. Answers that say `no-store` have none. Pages of the desk carry a
    mark of their own each time and would never match.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.status_code != 200 or not request.path_info.startswith("/api/"):
            return response
        return super().process_response(request, response)
