"""Who guessed a password too often, and how long they wait. django-axes counts, see config/security.py."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import ngettext

from common.throttling import client_network


def client_address(request: HttpRequest) -> str | None:
    """The address failures are counted for: never one that a stranger may claim. None: unknown."""
    network = client_network(request).partition("/")[0]
    return None if network == "unknown" else network


def cool_off() -> timedelta:
    """How long a lock lasts, and a failure counts."""
    found: timedelta = get_cool_off()
    return found


def is_locked_out(request: HttpRequest) -> bool:
    """Whether the log-in of this request was refused because of earlier ones, or was the last one."""
    return bool(getattr(request, "axes_locked_out", False))


def lock_seconds(request: HttpRequest, username: str) -> int:
    """How long this name is still locked from this address; at least 1."""
    rows = AccessAttempt.objects.filter(username=username, ip_address=client_address(request))
    last = rows.aggregate(last=Max("attempt_time"))["last"]
    if last is None:
        return 1
    left: timedelta = last + cool_off() - timezone.now()
    return max(1, math.ceil(left.total_seconds()))


def lock_sentence(seconds: int) -> str:
    """What the person reads."""
    if seconds < 60:
        number = seconds
        text = ngettext(
            "Too many wrong log-ins with this name from here. Try again in %(number)d second.",
            "Too many wrong log-ins with this name from here. Try again in %(number)d seconds.",
            number,
        )
    else:
        number = math.ceil(seconds / 60)
        text = ngettext(
            "Too many wrong log-ins with this name from here. Try again in %(number)d minute.",
            "Too many wrong log-ins with this name from here. Try again in %(number)d minutes.",
            number,
        )
    return text % {"number": number}


def locked_response(
    request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None
) -> HttpResponse:
    """The page or error that already says so, under the status that means it."""
    response.status_code = 429
    return response


def attempts_prune() -> int:
    """Forgets failures that are too old to count; returns how many rows."""
    old = AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - cool_off())
    return int(old.delete()[0])
