"""Of which alerts nobody hears: a Silence is no telling, so it must not count as one (24-hour rule)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from monitoring.alertselectors import hushes_of
from monitoring.choices import AlertKind, EventType
from monitoring.models import Monitor
from monitoring.silencing import Sound, silence_of

OPENS = {
    AlertKind.LOW: EventType.THRESHOLD_BREACH_LOW,
    AlertKind.HIGH: EventType.THRESHOLD_BREACH_HIGH,
    AlertKind.OUT_OF_STOCK: EventType.SOLD_OUT,
    AlertKind.UNREACHABLE: EventType.WEBSITE_UNREACHABLE,
}
"""Kind of alert -> the event that is told beside `alert_opened`: who hears one of them was told."""


class About(NamedTuple):
    """What an alert is about. `labels` are those of the website."""

    team_id: int
    website_id: int
    monitor_id: int | None
    labels: frozenset[str] = frozenset()


def opened_types(kind: str) -> tuple[str, ...]:
    return EventType.ALERT_OPENED, OPENS[AlertKind(kind)]


def silenced_until(
    wanted: Iterable[tuple[About, tuple[str, ...]]], now: datetime
) -> dict[tuple[About, tuple[str, ...]], datetime]:
    """Pairs of what an alert is about and the event types that tell of it, as far as all of these
    are silenced -> when the last of these silences ends.

    One statement, and one more where silences go by label.
    """
    pairs = list(wanted)
    hushes = hushes_of({about.team_id for about, _ in pairs}, since=now, until=now)
    if not hushes:
        return {}
    own: dict[int, list[str]] = {}
    if any(hush.label for hush in hushes):
        ids = {about.monitor_id for about, _ in pairs if about.monitor_id is not None}
        own = dict(Monitor.objects.filter(pk__in=ids).values_list("pk", "labels"))
    found = {}
    for about, types in pairs:
        labels = about.labels | frozenset(own.get(about.monitor_id or 0, ()))
        sound = Sound(about.team_id, about.website_id, about.monitor_id, "", labels, now)
        held = [silence_of(sound._replace(event_type=one), hushes) for one in types]
        ends = [hush.ends_at for hush in held if hush is not None]
        if len(ends) == len(types):
            found[about, types] = max(ends)
    return found
