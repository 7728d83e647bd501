"""What every page of the admin says while the system is not well: what it means, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts.admin.display import age_text, list_url, span_text
from accounts.admin.rights import is_super
from common.queues import clusters
from common.texts import Text, joined, shown
from runtime import events, heartbeats
from runtime.disk import LEAST_BYTES, free_bytes
from runtime.health import TICKER_LIMIT_SECONDS
from runtime.models import ProcessEvent

SUFFERS: dict[str, Text] = {
    gettext_noop("queue"): _("Shops are not read and messages are not sent"),
    gettext_noop("queue poll"): _("Shops are not read"),
    gettext_noop("queue notify"): _("Messages may come late"),
    gettext_noop("queue housekeeping"): _("Clean-up waits"),
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
    if (free := free_bytes()) < LEAST_BYTES:
        text = gettext(
            "Soon nothing can be stored, or nothing already: the disk is nearly full, MB left: "
            "%(free)d."
        )
        found.append(text % {"free": free // 1_000_000})
    ages = heartbeats.ages_seconds()
    ticker = ages.get(heartbeats.TICKER)
    if ticker is None or ticker > TICKER_LIMIT_SECONDS:
        found.append(
            gettext("No shop is polled on time: the ticker %(trouble)s.")
            % {"trouble": _since(ticker)}
        )
    for cluster, name in clusters().items():
        if (seen := ages.get(cluster)) is None or seen > settings.CANARY_LIMIT_SECONDS:
            told = {"effect": SUFFERS[name], "queue": shown(name), "trouble": _since(seen)}
            found.append(gettext("%(effect)s: the %(queue)s %(trouble)s.") % told)
    return found


def _since(seconds: float | None) -> str:
    if seconds is None:
        return gettext("does not run")
    return gettext("has been silent for %(span)s") % {"span": span_text(seconds)}


def _problem_notice(request: HttpRequest, text: str) -> Notice:
    kept = gettext("Nothing is lost: what is due will be polled, what is owed will be sent.")
    if not is_super(request):
        asked = gettext("If it stays so, tell whoever runs this installation.")
        return Notice("bad", text, joined(kept, asked))
    does = gettext(
        "`manage.py run` restarts what is silent within a minute. If it stays so, look whether it "
        "runs, and at its log."
    )
    return Notice(
        "bad",
        text,
        joined(kept, does),
        list_url(ProcessEvent),
        gettext("What happened"),
    )


def _recent_notice(event: ProcessEvent) -> Notice:
    return Notice(
        "warn",
        f"{event.process} {shown(event.reason)} ({age_text(event.created_at)}).",
        gettext(
            "It was seen to. If it comes again and again, the log of `manage.py run` says why."
        ),
        list_url(ProcessEvent),
        gettext("What happened"),
    )
