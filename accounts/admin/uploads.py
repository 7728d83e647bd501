"""A file between two pages: looked at on the first, taken on the second, by the same person."""

from __future__ import annotations

from typing import NamedTuple

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import get_random_string

KEPT_SECONDS = 3600
PROGRESS_SECONDS = 600


class Upload(NamedTuple):
    team_id: int
    name: str
    data: bytes


def upload_keep(request: HttpRequest, upload: Upload) -> str:
    """The word by which the same person finds it again within the hour."""
    token = get_random_string(24)
    cache.set(_key(request, token), tuple(upload), KEPT_SECONDS)
    return token


def upload_find(request: HttpRequest, token: str) -> Upload | None:
    found = cache.get(_key(request, token))
    return Upload(*found) if found else None


def upload_drop(request: HttpRequest, token: str) -> None:
    cache.delete(_key(request, token))


def progress_tell(request: HttpRequest, token: str, done: int, total: int) -> None:
    cache.set(_key(request, token) + ":done", (done, total), PROGRESS_SECONDS)


def progress_of(request: HttpRequest, token: str) -> dict[str, int]:
    done, total = cache.get(_key(request, token) + ":done") or (0, 0)
    return {"done": done, "total": total}


def _key(request: HttpRequest, token: str) -> str:
    safe = "".join(letter for letter in token[:32] if letter.isascii() and letter.isalnum())
    return f"upload:{request.user.pk}:{safe}"
