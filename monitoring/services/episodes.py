"""Alerts that open and resolve by what was read, inside the transaction that records it."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Max, Q

from monitoring.alerting import (
    Closing,
    Held,
    Opening,
    Telling,
    alert_event,
    judge,
    linked,
    tell,
)
from monitoring.choices import AlertKind, AlertStatus, EventType, ResolveReason, Suppressed
from monitoring.models import Alert, Monitor
from monitoring.services.setbased import insert_rows, update_rows
from monitoring.slots import Rhythm
from monitoring.state import Change, Event
from websites.models import Website

if TYPE_CHECKING:
    from monitoring.services.stockwriting import Step

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


def step_events(*, website_id: int, steps: Sequence[Step], now: datetime) -> list[list[Event]]:
    """The events of every step, with those of the alerts that open and resolve by it.

    The monitors must be locked. One statement; some more where something opens or resolves.
    """
    held = held_load(website_id, [step.change.before.id for step in steps])
    judged = [judge(step.change, held.get(step.change.before.id, {})) for step in steps]
    subjects = _subjects([step for step, (wanted, _) in zip(steps, judged, strict=True) if wanted])
    opened = alerts_open(
        website_id=website_id,
        wanted=[
            Wanted(pk := step.change.before.id, subjects[pk], opening, _is_flapping(step))
            for step, (openings, _) in zip(steps, judged, strict=True)
            for opening in openings
        ],
        now=now,
    )
    alerts_close([closing for _, closings in judged for closing in closings], now)
    return [
        _told(step, held.get(step.change.before.id, {}), closings, opened, now)
        for step, (_, closings) in zip(steps, judged, strict=True)
    ]


def website_events(
    *, website_id: int, name: str, events: Sequence[Event], now: datetime
) -> list[Event]:
    """The events of a website with those of its unreachable alert, which opens and resolves here.
    No statement where it neither went down nor recovered."""
    types = {event.event_type for event in events}
    if not types & {EventType.WEBSITE_UNREACHABLE, EventType.WEBSITE_RECOVERED}:
        return list(events)
    held = held_load(website_id, []).get(None, {})
    alerts = {one: alert.id for one, alert in held.items()}
    more: list[Event] = []
    if EventType.WEBSITE_UNREACHABLE in types and not held:
        opening = Opening(AlertKind.UNREACHABLE, None, None, is_crossing=True)
        wanted = [Wanted(None, name[:250], opening)]
        for one in alerts_open(website_id=website_id, wanted=wanted, now=now).values():
            alerts[AlertKind.UNREACHABLE] = one.alert_id
            more.append(_opened_event(one))
    if EventType.WEBSITE_RECOVERED in types:
        for alert in held.values():
            alerts_close([Closing(alert, ResolveReason.RECOVERED)], now)
            more.append(
                alert_event(
                    EventType.ALERT_RESOLVED,
                    alert_id=alert.id,
                    kind=alert.kind,
                    subject=alert.subject,
                    reason=ResolveReason.RECOVERED,
                    suppressed=Suppressed.DEDUPE if alert.is_hushed else Suppressed.NO,
                )
            )
    return [*linked(events, alerts, frozenset()), *more]


def held_load(website_id: int, monitor_ids: Collection[int]) -> dict[int | None, dict[str, Held]]:
    """Unresolved alerts of the monitors and of the website itself by monitor and kind, locked."""
    about = Q(kind=AlertKind.UNREACHABLE)
    if monitor_ids:
        about = Q(monitor_id__in=monitor_ids) if len(monitor_ids) <= MOST_NAMED else Q()
    rows = (
        Alert.objects.unresolved()
        .filter(about, website_id=website_id)
        .select_for_update(no_key=True)
    )
    found: dict[int | None, dict[str, Held]] = {}
    for monitor_id, *values in rows.order_by("pk").values_list("monitor_id", *Held._fields):
        found.setdefault(monitor_id, {})[values[1]] = Held(*values)
    return found


def alerts_open(*, website_id: int, wanted: Sequence[Wanted], now: datetime) -> dict[Key, Opened]:
    """Inserts the alerts that may open; those that somebody else opened meanwhile are left out."""
    if not wanted:
        return {}
    rhythm, last = _rhythm(website_id), _last_load(website_id, wanted)
    told: dict[Key, tuple[Wanted, Telling]] = {}
    for one in wanted:
        key = (one.monitor_id, str(one.opening.kind))
        telling = tell(
            one.opening, last=last.get(key), rhythm=rhythm, now=now, is_flapping=one.is_flapping
        )
        if telling is not None:
            told[key] = (one, telling)
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


def _rhythm(website_id: int) -> Rhythm:
    columns = ("team__reminders", "team__reminder_hour", "team__time_zone")
    return Rhythm(*Website.objects.filter(pk=website_id).values_list(*columns).get())


def _last_load(website_id: int, wanted: Sequence[Wanted]) -> Mapping[Key, Held]:
    """The newest alert of each key that may open. What it says of tellings was handed on to it by
    those before it."""
    ids = {one.monitor_id for one in wanted if one.monitor_id is not None}
    about = Q(monitor_id__in=ids) if ids else Q(kind=AlertKind.UNREACHABLE)
    newest = (
        Alert.objects.filter(about if len(ids) <= MOST_NAMED else Q(), website_id=website_id)
        .order_by()
        .values("monitor_id", "kind")
        .annotate(newest=Max("pk"))
        .values("newest")
    )
    rows = Alert.objects.filter(pk__in=newest).order_by("pk")
    return {
        (monitor_id, values[1]): Held(*values)
        for monitor_id, *values in rows.values_list("monitor_id", *Held._fields)
    }


def _subjects(steps: Sequence[Step]) -> dict[int, str]:
    states = {step.change.before.id: step.change for step in steps}
    options = [pk for pk, change in states.items() if change.before.config_option_id]
    names = {}
    if options:
        rows = Monitor.objects.filter(pk__in=options)
        names = dict(rows.values_list("pk", "config_option_name"))
    found = {}
    for pk, change in states.items():
        name = change.after.name or f"Product {change.before.product_id}"
        found[pk] = (f"{name} / {names[pk]}" if names.get(pk) else name)[:250]
    return found


def _is_flapping(step: Step) -> bool:
    return any(event.suppressed == Suppressed.FLAPPING for event in step.events)


def _told(
    step: Step,
    held: Mapping[str, Held],
    closings: Sequence[Closing],
    opened: Mapping[Key, Opened],
    now: datetime,
) -> list[Event]:
    """The facts first, then what became of the alerts."""
    pk = step.change.before.id
    fresh = [opened[(pk, kind)] for kind in AlertKind if (pk, kind) in opened]
    closing_ids = {closing.alert.id for closing in closings}
    alerts = {kind: alert.id for kind, alert in held.items()}
    alerts |= {str(one.wanted.opening.kind): one.alert_id for one in fresh}
    hushed = {
        kind
        for kind, alert in held.items()
        if (alert.is_hushed if alert.id in closing_ids else alert.was_told_lately(now))
    }
    hushed |= {
        str(one.wanted.opening.kind) for one in fresh if one.telling.suppressed == Suppressed.DEDUPE
    }
    return [
        *linked(step.events, alerts, frozenset(hushed)),
        *(_closed_event(closing, step) for closing in closings),
        *(_opened_event(one) for one in fresh),
    ]


def _closed_event(closing: Closing, step: Step) -> Event:
    suppressed = Suppressed.DEDUPE if closing.alert.is_hushed else Suppressed.NO
    change = step.change
    return alert_event(
        EventType.ALERT_RESOLVED,
        alert_id=closing.alert.id,
        kind=closing.alert.kind,
        subject=closing.alert.subject,
        reason=closing.reason,
        quantity=change.after.quantity,
        threshold=closing.alert.threshold,
        monitor_id=change.before.id,
        suppressed=Suppressed.FLAPPING if _is_flapping(step) else suppressed,
    )


def _opened_event(opened: Opened) -> Event:
    opening = opened.wanted.opening
    return alert_event(
        EventType.ALERT_OPENED,
        alert_id=opened.alert_id,
        kind=opening.kind,
        subject=opened.wanted.subject,
        reason="crossing" if opening.is_crossing else "baseline",
        quantity=opening.quantity,
        threshold=opening.threshold,
        monitor_id=opened.wanted.monitor_id,
        suppressed=opened.telling.suppressed,
    )
