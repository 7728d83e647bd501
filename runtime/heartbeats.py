"""Writes and reads signs of life."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from runtime.models import Heartbeat

TICKER = "ticker"
STALE = timedelta(minutes=10)
"""Nobody waits for a supervisor that has been silent for so long: its rows are removed."""


def beat(name: str, now: datetime | None = None, *, instance: str = "") -> None:
    """One UPDATE; the row is inserted at the first beat only."""
    now = now or timezone.now()
    rows = Heartbeat.objects.filter(name=name, instance=instance)
    if not rows.update(beat_at=now):
        Heartbeat.objects.get_or_create(name=name, instance=instance, defaults={"beat_at": now})


def ages_seconds(now: datetime | None = None) -> dict[str, float]:
    """Seconds since the last beat of every part, whoever's it was."""
    now = now or timezone.now()
    latest = Heartbeat.objects.values("name").annotate(at=Max("beat_at")).values_list("name", "at")
    return {name: (now - at).total_seconds() for name, at in latest}


def age_seconds(name: str, now: datetime | None = None) -> float | None:
    """Seconds since the last beat; None before the first one."""
    return ages_seconds(now).get(name)


def forget(*, instance: str) -> None:
    """A supervisor that stops takes its rows with it."""
    Heartbeat.objects.filter(instance=instance).exclude(instance="").delete()


def prune(now: datetime) -> None:
    """Removes rows of supervisors that died."""
    Heartbeat.objects.exclude(instance="").filter(beat_at__lt=now - STALE).delete()
