"""The strip that says whether the machine behind the numbers runs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django_q.models import OrmQ

from accounts.admin.display import age_text, list_url, span_text
from accounts.admin.rights import is_super
from common.queues import clusters
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
        tasks = Figure(OrmQ.objects.count(), "tasks queued", list_url(OrmQ))
    return System(
        signs=signs,
        last_cycle="none yet" if last_polled_at is None else age_text(last_polled_at),
        tasks=tasks,
        version=str(settings.APP_VERSION),
    )


def _signs() -> list[Sign]:
    try:
        ages = heartbeats.ages_seconds()
    except DatabaseError:
        return [Sign("Signs of life", "cannot be read", is_well=False)]
    ticker = _sign("Ticker", ages.get(heartbeats.TICKER), TICKER_LIMIT_SECONDS)
    return [ticker] + [
        _sign(name.capitalize(), ages.get(cluster), settings.CANARY_LIMIT_SECONDS)
        for cluster, name in clusters().items()
    ]


def _sign(label: str, seconds: float | None, limit: float) -> Sign:
    if seconds is None:
        return Sign(label, "does not run", is_well=False)
    if seconds > limit:
        return Sign(label, f"silent for {span_text(seconds)}", is_well=False)
    return Sign(label, "runs", is_well=True)


def spoken(system: System, numbers: Mapping[str, int]) -> str:
    """What a screen reader is told when it changes: trouble, not every sale."""
    parts = [f"{number} {label}" for label, number in numbers.items()]
    parts += [f"{sign.label} {sign.text}" for sign in system.signs if not sign.is_well]
    return ", ".join(parts)
