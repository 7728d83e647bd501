"""Rows of Alert as a recording reads and writes them: set-based, inside the caller's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Max, Q, QuerySet

from common.prepared import Prepared, among
from monitoring.alerting import Closing, Held, Opening, Telling, tell
from monitoring.choices import AlertKind, AlertStatus, Suppressed
from monitoring.models import Alert
from monitoring.services.hearing import About, opened_types, silenced_until
from monitoring.services.setbased import insert_rows, update_rows
from monitoring.slots import DAY, Rhythm, slot_after
from monitoring.state import Change
from websites.models import Website

Key = tuple[int | None, str]
"""(monitor id, None for the website itself; kind of alert): at most one is unresolved."""

MOST_NAMED = 1000
"""Monitors that are named one by one in a query; with more, the whole website is asked for."""

OPEN_COLUMNS = (
    "public_id",
    "website",
    "monitor",
    "subject",
    "kind",
    "status",
    "quantity",
    "threshold",
    "opened_at",
    "resolve_reason",
    "note",
    "last_sent_at",
    "next_alert_at",
    "reminder_count",
    "created_at",
    "updated_at",
)


class Wanted(NamedTuple):
    """An alert that should open."""

    monitor_id: int | None
    subject: str
    opening: Opening
    is_flapping: bool = False


class Opened(NamedTuple):
    alert_id: int
    wanted: Wanted
    telling: Telling


def held_load(website_id: int, monitor_ids: Collection[int]) -> dict[int | None, dict[str, Held]]:
    """Unresolved alerts of the monitors; with none named, of the website itself. By monitor and kind,
    locked."""
    if monitor_ids:
        rows = _HELD_OF_MONITORS.rows(website_id, monitor_ids)
    else:
        rows = _HELD_OF_WEBSITE.rows(website_id)
    found: dict[int | None, dict[str, Held]] = {}
    for monitor_id, *values in rows:
        found.setdefault(monitor_id, {})[values[1]] = Held(*values)
    return found


def _held(website_id: int, **about: Any) -> QuerySet[Alert, tuple[Any, ...]]:
    rows = Alert.objects.unresolved().filter(website_id=website_id, **about).order_by("pk")
    return rows.select_for_update(no_key=True).values_list("monitor_id", *Held._fields)


_HELD_OF_WEBSITE = Prepared(lambda website_id: _held(website_id, kind=AlertKind.UNREACHABLE))
_HELD_OF_MONITORS = Prepared(lambda website_id, ids: _held(website_id, monitor_id__in=among(ids)))


def alerts_open(*, website_id: int, wanted: Sequence[Wanted], now: datetime) -> dict[Key, Opened]:
    """Inserts the alerts that may open; those that somebody else opened meanwhile are left out."""
    if not wanted:
        return {}
    rhythm, about = _team(website_id)
    last = _last_load(website_id, wanted)
    told: dict[Key, tuple[Wanted, Telling]] = {}
    for one in wanted:
        key = (one.monitor_id, str(one.opening.kind))
        telling = tell(
            one.opening, last=last.get(key), rhythm=rhythm, now=now, is_flapping=one.is_flapping
        )
        if telling is not None:
            told[key] = (one, telling)
    told |= _unheard(told, about, rhythm, now)
    inserted = insert_rows(
        Alert,
        OPEN_COLUMNS,
        [_alert_row(website_id, one, telling, now) for one, telling in told.values()],
        returning=["id", "monitor", "kind"],
        is_first_wins=True,
    )
    return {
        (monitor_id, kind): Opened(alert_id, *told[(monitor_id, kind)])
        for alert_id, monitor_id, kind in inserted
    }


def alerts_close(closings: Iterable[Closing], now: datetime) -> None:
    """Resolves alerts that are locked."""
    update_rows(
        Alert,
        match=["id"],
        change=["status", "resolved_at", "resolve_reason", "updated_at"],
        rows=[
            (closing.alert.id, AlertStatus.RESOLVED, now, closing.reason, now)
            for closing in closings
        ],
    )


def thresholds_update(website_id: int, changes: Sequence[Change]) -> None:
    """Alerts that stay open name the thresholds as they are now."""
    held = held_load(website_id, [one.before.id for one in changes])
    rows = []
    for before in (one.before for one in changes):
        for alert in held.get(before.id, {}).values():
            now = before.threshold_high if alert.kind == AlertKind.HIGH else before.threshold_low
            if now is not None and now != alert.threshold:
                rows.append((alert.id, now))
    update_rows(Alert, match=["id"], change=["threshold"], rows=rows)


def _alert_row(
    website_id: int, wanted: Wanted, telling: Telling, now: datetime
) -> tuple[object, ...]:
    opening = wanted.opening
    return (
        uuid.uuid4(),
        website_id,
        wanted.monitor_id,
        wanted.subject,
        opening.kind,
        AlertStatus.OPEN,
        opening.quantity,
        opening.threshold,
        now,
        "",
        "",
        telling.last_sent_at,
        telling.next_alert_at,
        0,
        now,
        now,
    )


def _team(website_id: int) -> tuple[Rhythm, About]:
    """When its people are reminded, and what a Silence asks of it."""
    columns = ("team__reminders", "team__reminder_hour", "team__time_zone", "team_id", "labels")
    *rhythm, team_id, labels = Website.objects.filter(pk=website_id).values_list(*columns).get()
    return Rhythm(*rhythm), About(team_id, website_id, None, frozenset(labels))


def _unheard(
    told: Mapping[Key, tuple[Wanted, Telling]], about: About, rhythm: Rhythm, now: datetime
) -> dict[Key, tuple[Wanted, Telling]]:
    """Those that are silenced: nobody was told, so the first slot after that tells of them (within
    a day: a silence may end early)."""
    loud = {
        key: (about._replace(monitor_id=key[0]), opened_types(key[1]))
        for key, (_, telling) in told.items()
        if telling.suppressed == Suppressed.NO
    }
    until = silenced_until(loud.values(), now) if loud else {}
    found = {}
    for key, pair in loud.items():
        if pair in until:
            slot = slot_after(rhythm, min(until[pair], now + DAY))
            telling = told[key][1]._replace(last_sent_at=None, next_alert_at=slot)
            found[key] = (told[key][0], telling)
    return found


def _last_load(website_id: int, wanted: Sequence[Wanted]) -> Mapping[Key, Held]:
    """The newest alert of each key that may open. What it says of tellings was handed on to it by
    those before it. One from before the baseline was about another product."""
    ids = {one.monitor_id for one in wanted if one.monitor_id is not None}
    about = Q(monitor_id__in=ids) if ids else Q(kind=AlertKind.UNREACHABLE)
    newest = (
        Alert.objects.filter(about if len(ids) <= MOST_NAMED else Q(), website_id=website_id)
        .order_by()
        .values("monitor_id", "kind")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    is_of_now = Q(monitor__isnull=True) | Q(opened_at__gte=F("monitor__first_read_at"))
    rows = Alert.objects.filter(is_of_now, pk__in=newest).order_by("pk")
    return {
        (monitor_id, values[1]): Held(*values)
        for monitor_id, *values in rows.values_list("monitor_id", *Held._fields)
    }
