"""Pages behind the links in mails. Scanners of mail programs open every link: looking changes
nothing, only a post acts. The token in the address is all the proof there is, so no cookie counts."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from common.throttling import TooManyRequestsError, address_count
from notifications.links import Link, LinkExpired, token_read
from notifications.manner import manner_of
from notifications.services.linked import (
    LinkGone,
    channel_of,
    link_mute,
    link_unsubscribe,
    muting_of,
)
from notifications.wording.catalogue import word
from notifications.wording.telling import time_text

View = Callable[[HttpRequest, Link], HttpResponse]


def _by_link(verb: str) -> Callable[[View], Callable[..., HttpResponse]]:
    """Reads the token, and answers what is wrong with it as a page."""

    def around(view: View) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @never_cache
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def page(request: HttpRequest, token: str) -> HttpResponse:
            try:
                address_count(request, settings.API_RATE_ANONYMOUS)
                return view(request, token_read(verb, token))
            except TooManyRequestsError as error:
                answer = _page(request, "en", "many", status=429)
                answer["Retry-After"] = str(getattr(error, "wait", 60))
                return answer
            except (LinkExpired, LinkGone):
                return _page(request, "en", "gone", status=410)
            except (BadSignature, TypeError, ValueError):
                return _page(request, "en", "wrong", status=404)

        return page

    return around


@_by_link("mute")
def mute_page(request: HttpRequest, link: Link) -> HttpResponse:
    muting = muting_of(link)
    language, zone, _ = manner_of(muting.channel)
    name = str(muting.subject)
    if request.method != "POST":
        return _page(request, language, "mute", ask="mute", name=name)
    silence = link_mute(muting=muting)
    until = time_text(silence.ends_at, language, zone)
    return _page(request, language, "muted", name=name, time=until)


@_by_link("unsubscribe")
def unsubscribe_page(request: HttpRequest, link: Link) -> HttpResponse:
    """Mail programs post `List-Unsubscribe=One-Click` (RFC 8058), people the form."""
    channel = channel_of(link)
    language, name = manner_of(channel).language, channel.name
    address = request.POST.get("address", "").strip()[:254]
    if request.method == "POST" and (link.mark or address):
        link_unsubscribe(link=link, address=address)
        return _page(request, language, "unsubscribed", name=name)
    return _page(
        request, language, "unsubscribe", ask="unsubscribe", name=name, asks_address=not link.mark
    )


def _page(
    request: HttpRequest,
    language: str,
    key: str,
    *,
    status: int = 200,
    ask: str = "",
    name: str = "",
    time: str = "",
    asks_address: bool = False,
) -> HttpResponse:
    context = {
        "app_name": settings.APP_NAME,
        "language": language,
        "title": word(f"page.{key}", language, name=name),
        "line": word(f"page.{key}.line", language, name=name, time=time),
        "button": word(f"mail.{ask}", language) if ask else "",
        "address_label": word("page.address", language) if asks_address else "",
    }
    answer = render(request, "notifications/link.html", context, status=status)
    answer["Referrer-Policy"] = "no-referrer"
    answer["X-Robots-Tag"] = "noindex"
    return answer
