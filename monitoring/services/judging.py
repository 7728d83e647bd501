"""Puts a snapshot before the guard, and remembers what waits for a second look."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings

from monitoring import guard, listing
from monitoring.services.leases import Lease
from monitoring.services.stepping import kind_of
from monitoring.state import MonitorState
from websites.sources.base import Availability, Snapshot, StockReading
from websites.sources.registry import source_class

QUARANTINE_VALID = timedelta(minutes=10)


def is_confirmed(lease: Lease, verdict: guard.Verdict, now: datetime) -> bool:
    waiting = lease.quarantine
    if waiting.get("fingerprint") != verdict.fingerprint:
        return False
    return now - datetime.fromisoformat(waiting["at"]) <= QUARANTINE_VALID


def verdict_of(
    lease: Lease,
    known: Mapping[str, listing.CatalogueState],
    seen: Mapping[str, StockReading],
    monitors: list[MonitorState],
    snapshot: Snapshot,
) -> guard.Verdict:
    limits = guard.GuardLimits(
        settings.GUARD_LOST_MIN,
        settings.GUARD_LOST_SHARE,
        settings.GUARD_FLIP_MIN,
        settings.GUARD_FLIP_SHARE,
    )
    return guard.judge(
        listed_before={
            pid for pid, state in known.items() if not state.is_missing and not state.absent_count
        },
        listed_now=seen.keys(),
        available_before={m.product_id: m.available for m in monitors if m.available is not None},
        available_now={
            pid: reading.availability == Availability.IN_STOCK
            for pid, reading in seen.items()
            if reading.availability != Availability.UNKNOWN
        },
        template_before=lease.applied_template,
        template_now=snapshot.template,
        is_html=source_class(kind_of(lease, snapshot)).is_html,
        limits=limits,
    )
