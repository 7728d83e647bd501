"""Pure: which Silence keeps an event from being announced."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple


class Hush(NamedTuple):
    """A Silence as matching needs it. None and empty mean any; what is given must all fit."""

    id: int
    team_id: int
    website_id: int | None
    monitor_id: int | None
    event_types: frozenset[str]
    label: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    author: str


class Sound(NamedTuple):
    """What a Silence asks of an event. `labels` are those of its website and of its monitor."""

    team_id: int
    website_id: int
    monitor_id: int | None
    event_type: str
    labels: frozenset[str]
    at: datetime


def is_silenced_by(sound: Sound, hush: Hush) -> bool:
    """The span counts from its start up to, not including, its end."""
    return (
        hush.team_id == sound.team_id
        and hush.starts_at <= sound.at < hush.ends_at
        and hush.website_id in (None, sound.website_id)
        and hush.monitor_id in (None, sound.monitor_id)
        and (not hush.event_types or sound.event_type in hush.event_types)
        and (not hush.label or hush.label in sound.labels)
    )


def silence_of(sound: Sound, hushes: Iterable[Hush]) -> Hush | None:
    """Of several the one that ends last: until then nobody hears of it."""
    fitting = [hush for hush in hushes if is_silenced_by(sound, hush)]
    return max(fitting, key=lambda hush: (hush.ends_at, hush.id), default=None)
