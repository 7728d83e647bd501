"""Writes and reads signs of life."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from runtime.models import Heartbeat

TICKER = "ticker"


def beat(name: str, now: datetime | None = None) -> None:
    """One UPDATE; the row is inserted at the first beat only."""
    now = now or timezone.now()
    if not Heartbeat.objects.filter(name=name).update(beat_at=now):
        Heartbeat.objects.get_or_create(name=name, defaults={"beat_at": now})


def age_seconds(name: str, now: datetime | None = None) -> float | None:
    """Seconds since the last beat; None before the first one."""
    beat_at = Heartbeat.objects.filter(name=name).values_list("beat_at", flat=True).first()
    if beat_at is None:
        return None
    return ((now or timezone.now()) - beat_at).total_seconds()
