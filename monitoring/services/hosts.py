"""Permits of hosts: one reader at a time for all websites, teams and workers together."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from monitoring.pacing import is_refusal, pause_seconds
from monitoring.services.setbased import update_rows
from websites.models import HostBudget
from websites.sources.errors import SourceError


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to ask a host, until it is given back or runs out."""

    budget_id: int
    fence: int
    failure_count: int


def hosts_take(
    hosts: Iterable[str], now: datetime
) -> tuple[dict[str, Permit], dict[str, datetime]]:
    """Permits by host, and for every host when those who got none should come again."""
    wanted = sorted(set(hosts))
    if not wanted:
        return {}, {}
    rows = {row.host: row for row in HostBudget.objects.filter(host__in=wanted)}
    missing = [HostBudget(host=host, next_at=now) for host in wanted if host not in rows]
    if missing:
        HostBudget.objects.bulk_create(missing, ignore_conflicts=True)
        rows = {row.host: row for row in HostBudget.objects.filter(host__in=wanted)}
    free = [row for row in rows.values() if _free_at(row) <= now]
    until = now + timedelta(seconds=settings.POLL_LEASE_SECONDS)
    won = set(
        update_rows(
            HostBudget,
            match=["id", "fence"],
            change=["fence", "busy_until"],
            rows=[(row.pk, row.fence, row.fence + 1, until) for row in free],
        )
    )
    permits = {
        row.host: Permit(row.pk, row.fence + 1, row.failure_count) for row in free if row.pk in won
    }
    soon = now + timedelta(seconds=settings.HOST_MIN_GAP_SECONDS)
    later = {host: max(_free_at(row), soon) for host, row in rows.items()}
    return permits, later


def _free_at(row: HostBudget) -> datetime:
    return max(row.next_at, row.busy_until) if row.busy_until else row.next_at


def host_give(permit: Permit, error: SourceError | None, now: datetime) -> None:
    """Gives a permit back; `error` is what the reading came to, None when it went well. Nothing
    happens when the permit ran out and another reader has the host."""
    failures = permit.failure_count + 1 if error is not None and is_refusal(error) else 0
    pause = pause_seconds(
        error,
        failure_count=failures,
        gap=settings.HOST_MIN_GAP_SECONDS,
        jitter=random.random(),  # noqa: S311 - spreads load, no secret
    )
    HostBudget.objects.filter(pk=permit.budget_id, fence=permit.fence).update(
        busy_until=None,
        next_at=now + timedelta(seconds=pause),
        failure_count=failures,
        reason=error.message[:250] if error is not None and failures else "",
    )
