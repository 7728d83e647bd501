"""Writes the events of a website itself, and of products nobody has to watch."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from monitoring.choices import EventType
from monitoring.evidence import snapshot_proof
from monitoring.models import Monitor
from monitoring.services.leases import Lease
from monitoring.services.stepping import kind_of
from monitoring.services.stockwriting import event_row, write_events
from monitoring.state import Event
from websites.sources.base import Snapshot


def recovered() -> Event:
    return Event(EventType.WEBSITE_RECOVERED, message="The shop answers again.")


def proof_of(lease: Lease, snapshot: Snapshot) -> dict[str, Any]:
    return snapshot_proof(kind_of(lease, snapshot), snapshot)


def write_website_events(
    lease: Lease, run_id: int | None, events: list[Event], now: datetime, proof: dict[str, Any]
) -> list[int]:
    """Ids of the events, in their order."""
    watchers = {event.monitor_id for event in events if event.monitor_id is not None}
    # Locked, or a monitor that is deleted at this moment would take the whole poll with it.
    left = Monitor.objects.filter(pk__in=watchers).order_by("pk").select_for_update()
    present = set(left.values_list("pk", flat=True)) if watchers else set()
    rows = [
        event_row(
            event,
            website_id=lease.website_id,
            monitor_id=event.monitor_id if event.monitor_id in present else None,
            run_id=run_id,
            now=now,
            evidence=proof,
        )
        for event in events
    ]
    return write_events(rows)
