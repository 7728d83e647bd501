"""The board's addresses. None reads a cookie or asks who is there; each costs its address a request
of the budget that strangers have in the API."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Team
from common.drf import error_body
from common.throttling import TooManyRequestsError, address_count
from monitoring.board import selectors, writing
from monitoring.board.asking import Asked, asked
from monitoring.board.keeping import Kept, answer_kept, kept, public_answer
from monitoring.board.page import Page, board_html
from monitoring.board.words import WORDS, language_of, named_language

JSON = "application/json"
ATOM = "application/atom+xml; charset=utf-8"
SVG = "image/svg+xml; charset=utf-8"

View = Callable[..., HttpResponseBase]


class Opened(NamedTuple):
    """A board, and what is asked of it. Shops and currencies are at most some seconds old."""

    team: Team
    shops: list[selectors.Shop]
    currencies: list[str]
    asked: Asked


def _public(view: View) -> View:
    """Reads only, within the budget of strangers; programs get their errors as JSON."""

    @require_safe
    @wraps(view)
    def page(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            address_count(request, settings.API_RATE_ANONYMOUS)
            return view(request, *args, **kwargs)
        except TooManyRequestsError as error:
            return _too_many(request, int(getattr(error, "wait", 0) or 60))
        except Http404:
            if not request.path.endswith(".json"):
                raise
            return JsonResponse(error_body("not_found", "Not found."), status=404)

    return page


@_public
def board(request: HttpRequest, slug: str) -> HttpResponseBase:
    opened = _opened(request, slug)
    named = named_language(request.GET.get("lang", ""))
    language = named or _language(request)

    def make() -> str:
        asked, count, found = selectors.products_of(opened.team, opened.shops, opened.asked)
        page = Page(opened.team, asked, count, language, named)
        return board_html(page, opened.shops, opened.currencies, found)

    made = _kept(opened, f"html:{language}:{named}", make)
    return public_answer(request, made, "text/html; charset=utf-8", is_for_all_origins=False)


@_public
def products(request: HttpRequest, slug: str) -> HttpResponseBase:
    opened = _opened(request, slug)
    team = opened.team

    def make() -> str:
        return writing.products_json(team, *selectors.products_of(team, opened.shops, opened.asked))

    return public_answer(request, _kept(opened, "json", make), JSON)


@_public
def feed(request: HttpRequest, slug: str) -> HttpResponseBase:
    opened = _opened(request, slug)
    team, language = opened.team, named_language(request.GET.get("lang", "")) or "en"

    def make() -> str:
        found = selectors.restocks_of(team, opened.shops, opened.asked, timezone.now())
        return writing.restocks_atom(team, opened.asked, found, language)

    return public_answer(request, _kept(opened, f"atom:{language}", make), ATOM)


@_public
def badge(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """One look by a unique key: not kept here, there may be a hundred thousand of them."""
    found = selectors.badge_of(public_id, timezone.now())
    if found is None:
        raise Http404
    text = writing.badge_svg(found, named_language(request.GET.get("lang", "")) or "en")
    answer = public_answer(request, Kept(text, timezone.now()), SVG)
    answer["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


def _opened(request: HttpRequest, slug: str) -> Opened:
    team = selectors.board_team(slug)
    if team is None:
        raise Http404
    shops = kept(team=team, name="shops", make=lambda: selectors.shops_of(team, timezone.now()))
    currencies = kept(team=team, name="currencies", make=lambda: selectors.currencies_of(shops))
    wanted = asked(
        request.GET,
        shops={shop.name for shop in shops},
        regions={shop.region for shop in shops},
        currencies=currencies,
    )
    return Opened(team, shops, currencies, wanted)


def _kept(opened: Opened, kind: str, make: Callable[[], str]) -> Kept:
    return answer_kept(
        team=opened.team,
        kind=kind,
        asked=opened.asked.key,
        is_plain=opened.asked == Asked(),
        make=make,
    )


def _too_many(request: HttpRequest, wait: int) -> HttpResponse:
    language = _language(request)
    text = WORDS[language]["many"].format(seconds=wait)
    answer: HttpResponse
    if request.path.endswith(".json"):
        answer = JsonResponse(error_body("throttled", text), status=429)
    else:
        answer = HttpResponse(text, content_type="text/plain; charset=utf-8", status=429)
    answer["Retry-After"] = str(wait)
    return answer


def _language(request: HttpRequest) -> str:
    header = request.headers.get("Accept-Language", "")
    return named_language(request.GET.get("lang", "")) or language_of(header)
