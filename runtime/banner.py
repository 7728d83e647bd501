"""What every page of the admin says while the system is not well: what it means, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin.display import age_text, list_url, span_text
from accounts.admin.rights import is_super
from common.queues import HOUSEKEEPING, NOTIFY, POLL, clusters
from runtime import events, heartbeats
from runtime.health import OK, TICKER_LIMIT_SECONDS, check_disk
from runtime.models import ProcessEvent

SUFFERS = {
    "queue": "Shops are not read and messages are not sent",
    f"queue {POLL}": "Shops are not read",
    f"queue {NOTIFY}": "Messages may come late",
    f"queue {HOUSEKEEPING}": "Clean-up waits",
}
"""What a silent queue means for people."""


@dataclass(frozen=True, slots=True)
class Notice:
    tone: str
    text: str
    advice: str
    url: str = ""
    label: str = ""


def context(request: HttpRequest) -> dict[str, Callable[[], list[Notice]]]:
    """The context processor. Asks nothing unless a template does: not even who is logged in, for
    that would make every page vary by its cookie."""
    return {"system_notices": lambda: notices(request) if _is_staff(request) else []}


def _is_staff(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_active and user.is_staff


def notices(request: HttpRequest) -> list[Notice]:
    """Empty when all is well. What runs where is told to superusers only."""
    try:
        found = _problems()
        recent = events.recent_trouble(timezone.now()) if is_super(request) else None
    except (DatabaseError, OSError):
        return []  # the page itself is about to fail; a notice on it helps nobody
    told = [_problem_notice(request, text) for text in found[:1]]
    if recent is not None:
        told.append(_recent_notice(recent))
    return told


def _problems() -> list[str]:
    found = []
    if (word := check_disk()) != OK:
        found.append(f"Soon nothing can be stored, or nothing already: the disk is {word}.")
    ages = heartbeats.ages_seconds()
    ticker = ages.get(heartbeats.TICKER)
    if ticker is None or ticker > TICKER_LIMIT_SECONDS:
        found.append(f"No shop is polled on time: the ticker {_since(ticker)}.")
    for cluster, name in clusters().items():
        if (seen := ages.get(cluster)) is None or seen > settings.CANARY_LIMIT_SECONDS:
            found.append(f"{SUFFERS[name]}: the {name} {_since(seen)}.")
    return found


def _since(seconds: float | None) -> str:
    return "does not run" if seconds is None else f"has been silent for {span_text(seconds)}"


def _problem_notice(request: HttpRequest, text: str) -> Notice:
    kept = "Nothing is lost: what is due will be polled, what is owed will be sent."
    if not is_super(request):
        return Notice("bad", text, f"{kept} If it stays so, tell whoever runs this installation.")
    return Notice(
        "bad",
        text,
        f"{kept} `manage.py run` restarts what is silent within a minute. If it stays so, look "
        "whether it runs, and at its log.",
        list_url(ProcessEvent),
        "What happened",
    )


def _recent_notice(event: ProcessEvent) -> Notice:
    return Notice(
        "warn",
        f"{event.process} {event.reason} ({age_text(event.created_at)}).",
        "It was seen to. If it comes again and again, the log of `manage.py run` says why.",
        list_url(ProcessEvent),
        "What happened",
    )
