"""Gives a lease back together with what the poll says about the website."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from common.texts import joined
from monitoring.health import HealthState
from monitoring.services.leases import LOST_TASK_SECONDS, Lease, release
from websites.sources.base import Snapshot
from websites.sources.registry import SOURCES


class LeaseLostError(Exception):
    """Another worker took the website over: everything of this transaction is undone."""


def next_due(lease: Lease) -> datetime:
    """The ticker set it already, but for intervals longer than its own patience with lost tasks."""
    if lease.interval > LOST_TASK_SECONDS:
        return max(lease.next_poll_at, lease.taken_at + timedelta(seconds=lease.interval))
    return lease.next_poll_at


def release_ok(
    lease: Lease, now: datetime, state: HealthState, snapshot: Snapshot, **columns: Any
) -> None:
    due = columns.pop("next_poll_at", None) or next_due(lease)
    release_or_lose(
        lease,
        now,
        state,
        next_poll_at=due,
        last_success_at=now,
        **_words(snapshot),
        **remembered(lease, snapshot),
        **columns,
    )


def _words(snapshot: Snapshot) -> dict[str, str]:
    """What the website says about its last poll. While another source stands in, why."""
    if not snapshot.stands_in_for:
        return {"last_error_code": "", "last_error": "", "last_advice": ""}
    if snapshot.trouble is None:
        return {}
    better, other = (SOURCES.get(one).label for one in (snapshot.stands_in_for, snapshot.source))
    return {
        "last_error_code": "stands_in",
        "last_error": joined(
            f"{better} failed, {other} stands in for it.", snapshot.trouble.message
        ),
        "last_advice": snapshot.trouble.advice,
    }


def release_or_lose(lease: Lease, now: datetime, state: HealthState, **columns: Any) -> None:
    """Raises LeaseLostError when the website was taken over: the caller's transaction is undone."""
    if not release(lease, now, **state._asdict(), **columns):
        raise LeaseLostError


def remembered(lease: Lease, snapshot: Snapshot) -> dict[str, Any]:
    """The column to write when the source wants something else remembered."""
    if snapshot.memory is None or snapshot.memory == lease.memory:
        return {}
    return {"memory": dict(snapshot.memory)}
