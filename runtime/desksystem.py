"""The strip that says whether the machine behind the numbers runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.translation import gettext
from django_q.models import OrmQ

from accounts.admin.display import age_text, list_url, span_text
from accounts.admin.rights import is_super
from common.queues import clusters
from common.texts import shown
from runtime import heartbeats
from runtime.deskfigures import Figure
from runtime.health import TICKER_LIMIT_SECONDS


class Sign(NamedTuple):
    """A sign of life of one part."""

    label: str
    text: str
    is_well: bool


class System(NamedTuple):
    signs: list[Sign]
    last_cycle: str
    tasks: Figure | None
    version: str

    @property
    def is_well(self) -> bool:
        return all(sign.is_well for sign in self.signs)


def system(request: HttpRequest, last_polled_at: datetime | None) -> System:
    """Queues serve all teams: how long they are is told to superusers only, and only where our
    database keeps the tasks."""
    signs = _signs()
    tasks = None
    if is_super(request) and not settings.Q_CLUSTER.get("redis"):
        tasks = Figure(OrmQ.objects.count(), gettext("tasks queued"), list_url(OrmQ))
    return System(
        signs=signs,
        last_cycle=gettext("none yet") if last_polled_at is None else age_text(last_polled_at),
        tasks=tasks,
        version=str(settings.APP_VERSION),
    )


def _signs() -> list[Sign]:
    try:
        ages = heartbeats.ages_seconds()
    except DatabaseError:
        return [Sign(gettext("Signs of life"), gettext("cannot be read"), is_well=False)]
    ticker = _sign(gettext("Ticker"), ages.get(heartbeats.TICKER), TICKER_LIMIT_SECONDS)
    return [ticker] + [
        _sign(shown(name).capitalize(), ages.get(cluster), settings.CANARY_LIMIT_SECONDS)
        for cluster, name in clusters().items()
    ]


def _sign(label: str, seconds: float | None, limit: float) -> Sign:
    if seconds is None:
        return Sign(label, gettext("does not run"), is_well=False)
    if seconds > limit:
        text = gettext("silent for %(span)s") % {"span": span_text(seconds)}
        return Sign(label, text, is_well=False)
    return Sign(label, gettext("runs"), is_well=True)


def spoken(system: System, numbers: Sequence[str]) -> str:
    """What a screen reader is told when it changes: trouble, not every sale."""
    trouble = [f"{sign.label} {sign.text}" for sign in system.signs if not sign.is_well]
    return ", ".join([*numbers, *trouble])
