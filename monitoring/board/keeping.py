"""Answers of a board are kept for a few seconds in the shared cache, in a fixed number of places.

What strangers ask decides only which place an answer goes to: however many filters they invent, a
board never fills more than SLOTS places, and the plain page keeps one of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeVar

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag

from accounts.models import Team

SECONDS = 20
SLOTS = 64

T = TypeVar("T")


class Kept(NamedTuple):
    body: str
    made_at: datetime


def kept(*, team: Team, name: str, make: Callable[[], T]) -> T:
    """What `make` returns, at most SECONDS old. `name` is ours, never a stranger's."""
    key = f"board:{_of(team)}:{name}"
    found: T | None = cache.get(key)
    if found is None:
        found = make()
        cache.set(key, found, timeout=SECONDS)
    return found


def answer_kept(
    *, team: Team, kind: str, asked: str, is_plain: bool, make: Callable[[], str]
) -> Kept:
    """The text that `make` returns for `asked`, at most SECONDS old. `kind` is ours: format and
    language."""
    place = "plain" if is_plain else str(_number(f"{kind}:{asked}") % SLOTS)
    key = f"board:{_of(team)}:{kind if is_plain else 'slot'}:{place}"
    found: tuple[str, Kept] | None = cache.get(key)
    if found is not None and found[0] == f"{kind}:{asked}":
        return found[1]
    made = Kept(make(), timezone.now())
    cache.set(key, (f"{kind}:{asked}", made), timeout=SECONDS)
    return made


def public_answer(
    request: HttpRequest, made: Kept, content_type: str, *, is_for_all_origins: bool = True
) -> HttpResponseBase:
    """200 or 304, for browsers and proxies to keep as long as we do."""
    answer = HttpResponse(made.body, content_type=content_type)
    answer["Cache-Control"] = f"public, max-age={SECONDS}"
    if is_for_all_origins:
        answer["Access-Control-Allow-Origin"] = "*"
    else:
        answer["Vary"] = "Accept-Language"
    mark = quote_etag(hashlib.sha256(answer.content).hexdigest()[:32])
    changed = int(made.made_at.timestamp())
    answer["ETag"] = mark
    answer.headers["Last-Modified"] = http_date(changed)
    found = get_conditional_response(request, etag=mark, last_modified=changed, response=answer)
    return answer if found is None else found


def _of(team: Team) -> str:
    """Other settings of the team are another board: switching a setting shows at once."""
    return f"{team.pk}:{int(team.is_quantity_on_board)}"


def _number(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
