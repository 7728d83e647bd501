"""Watched products whose 0 nobody could read, noted so that the next poll asks another source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from monitoring.diffing import is_open_zero
from monitoring.services.leases import Lease
from monitoring.services.stepping import kind_of
from monitoring.state import MonitorState
from websites.sources.base import Snapshot, StockReading

MOST = 500


def fresh_doubts(
    lease: Lease,
    snapshot: Snapshot,
    monitors: Sequence[MonitorState],
    seen: Mapping[str, StockReading],
) -> list[str]:
    """Product ids that no other source was asked about yet; none where there is no other."""
    if len(lease.kinds) == 1:
        return []
    source = kind_of(lease, snapshot)
    asked = (snapshot.memory or {}).get("settled", {})
    doubtful = {
        state.product_id
        for state in monitors
        if (reading := seen.get(state.product_id)) is not None
        and state.product_id not in asked
        and is_open_zero(state, reading, source=source)
    }
    return sorted(doubtful)[:MOST]


def with_doubts(snapshot: Snapshot, doubts: Sequence[str]) -> Snapshot:
    """The source chain finds them in what it is handed back (websites/sources/chain.py)."""
    if not doubts:
        return snapshot
    return replace(snapshot, memory={**(snapshot.memory or {}), "doubtful": list(doubts)})
