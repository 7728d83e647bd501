"""In which language pages speak: the person's own choice, else the browser's, else English.

Only pages do: the API, probes and whatever a request makes beside its page stay English, and the
board and messages have ways of their own.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from accounts.choices import Language
from accounts.models import Preferences, User
from accounts.services.preferences import preferences_update
from common.errors import InvalidInputError


class Wishes(NamedTuple):
    """How one person wants pages; empty: nothing said."""

    language: str = ""
    time_zone: str = ""


def wishes_of(request: HttpRequest) -> Wishes:
    """Read once for a request; nobody who is not logged in has any."""
    kept: Wishes | None = getattr(request, "_page_wishes", None)
    if kept is None:
        kept = Wishes()
        with suppress(DatabaseError):  # the front page is answered without it
            kept = _stored(request.user.pk)
        request._page_wishes = kept  # type: ignore[attr-defined]
    return kept


def _stored(user_id: int | None) -> Wishes:
    """Raises DatabaseError."""
    if user_id is None:
        return Wishes()
    rows = Preferences.objects.filter(user_id=user_id)
    found = rows.values_list("language", "time_zone").first()
    return Wishes(*found) if found else Wishes()


def language_of(request: HttpRequest) -> str:
    return wishes_of(request).language or translation.get_language_from_request(request)


def is_page(request: HttpRequest) -> bool:
    return request.path_info in ("/", "/language/") or request.path_info.startswith("/admin/")


class LanguageMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_page(request):
            with translation.override(settings.LANGUAGE_CODE):
                return self.get_response(request)
        language = language_of(request)
        with translation.override(language):
            response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", language)
        return response


@require_POST
def language_choose(request: HttpRequest) -> HttpResponse:
    """The switch on pages: kept in the browser, and by whoever is logged in for all of theirs."""
    code = request.POST.get("language", "")
    if isinstance(request.user, User) and code in Language.values:
        # Another of their wishes may no longer hold, a zone that is gone: this browser follows.
        with suppress(InvalidInputError):
            preferences_update(user=request.user, language=code)
    return set_language(request)
