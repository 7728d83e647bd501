"""Alerts that open and resolve by what was read, inside the transaction that records it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from monitoring.alerting import Closing, Held, Opening, alert_event, judge, linked
from monitoring.choices import AlertKind, EventType, ResolveReason, Suppressed
from monitoring.models import Monitor
from monitoring.services.alertwriting import (
    Key,
    Opened,
    Wanted,
    alerts_close,
    alerts_open,
    held_load,
)
from monitoring.state import Event

if TYPE_CHECKING:
    from monitoring.services.stockwriting import Step


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
