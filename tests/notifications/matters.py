"""What matching and grouping work on, made by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from notifications.matching import Event, Rule

NOW = datetime(2026, 11, 21, 8, 20, 30, tzinfo=UTC)


def event(number: int = 1, **fields: Any) -> Event:
    """A sell-out of a monitor of its own, seen by poll 7 of website 10."""
    values: dict[str, Any] = {
        "id": number,
        "team_id": 1,
        "website_id": 10,
        "monitor_id": 100 + number,
        "poll_run_id": 7,
        "event_type": "sold_out",
        "created_at": NOW,
        "flags": {},
    }
    return Event(**{**values, **fields})


def rule(*types: str, channel: int = 1, digest: str = "now", **fields: Any) -> Rule:
    """Everything of the team goes to a channel at once."""
    values: dict[str, Any] = {
        "channel_id": channel,
        "team_id": 1,
        "time_zone": "UTC",
        "event_types": frozenset(types or ("*",)),
        "website_ids": frozenset(),
        "monitor_ids": frozenset(),
        "digest": digest,
    }
    return Rule(**{**values, **fields})
