"""How many messages people got, and whether what came late was still worth it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from tests.monitoring.simulation.cast import Script
from tests.monitoring.simulation.hours import wall_of
from tests.monitoring.simulation.messages import addresses
from tests.monitoring.simulation.model import Model
from tests.monitoring.simulation.record import Happened, Record, Row

EXPIRES = frozenset(
    {"sold_out", "restocked", "website_unreachable", "website_recovered"}
    | {"alert_opened", "alert_reminder", "alert_resolved"}
)
"""Kinds of events that may be over, or said again. All others tell what happened."""
LATE = timedelta(minutes=5)
PERSON_MOST, PLACE_MOST = 30, 60
"""Messages of one day to a person, and to a channel that asks for everything."""


def bounded(script: Script, model: Model, found: Record) -> list[str]:
    """By numbers, and by what was read: one message for each reading, or fewer. Programs get theirs
    in pieces."""
    wrong = []
    for place in addresses(script, found):
        days: Counter[object] = Counter()
        moments: dict[object, set[object]] = {}
        for row in found.rows:
            if row.place == place.name and row.status == "sent":
                day = wall_of(row.settled_at, place.zone).date()
                days[day] += 1
                for event_id in row.events:
                    event = found.events[event_id]
                    step = "scan" if event.type == "alert_reminder" else event.key[0]
                    moments.setdefault(day, set()).add((event.at, step, event.run))
        most = PERSON_MOST if place.person else PLACE_MOST
        wrong += [f"{place.name} got {n} messages on {day}" for day, n in days.items() if n > most]
        wrong += [
            f"{place.name} got {n} messages on {day} of {len(moments[day])} readings"
            for day, n in days.items()
            if n > len(moments[day]) and place.kind != "webhook"
        ]
    return wrong


def useful(script: Script, model: Model, found: Record) -> list[str]:
    """What could not leave at once is sent if something it tells still holds, and else dropped."""
    wrong = []
    for row in found.rows:
        events = [found.events[event_id] for event_id in row.events]
        if row.code not in ("", "outdated") or row.type == "digest":
            continue
        over = [is_over(model, found.events.values(), one, row.settled_at) for one in events]
        if row.code == "outdated" and False in over:
            wrong.append(f"dropped, but {events[over.index(False)]} holds: {row}")
        if row.status == "sent" and row.settled_at - row.made_at > LATE and all(over):
            wrong.append(f"sent, but all of it is over: {row} {events}")
    return wrong


def outage(script: Script, model: Model, found: Record) -> list[str]:
    """What Telegram did not take is sent once later or dropped; both happened."""
    begin, end = script.outage
    rows = [
        row
        for row in found.rows
        if found.places[row.place][0] == "telegram"
        and begin <= row.made_at < end - timedelta(hours=1)
        and row.code in ("", "outdated")
    ]
    early = [f"sent in the outage {row}" for row in rows if is_during(row, begin, end)]
    fates = {row.status for row in rows}
    if not found.post.refused or fates != {"sent", "dropped"}:
        return [*early, f"the outage meets too little: {len(rows)} messages, {fates}"]
    return early


def is_during(row: Row, begin: datetime, end: datetime) -> bool:
    return row.status == "sent" and begin <= row.settled_at < end


def is_over(model: Model, events: Iterable[Happened], event: Happened, at: datetime) -> bool | None:
    """True when it does not hold any more or was said again; None when the model cannot tell."""
    again = any(
        one.id > event.id
        and one.at <= at
        and (one.type, one.key, one.kind) == (event.type, event.key, event.kind)
        and not one.suppressed
        for one in events
    )
    holds = _holds(model, event, at)
    if holds and event.type not in EXPIRES:
        return False
    if holds is None or event.at == at:
        return None
    return again or not holds


def _holds(model: Model, event: Happened, at: datetime) -> bool | None:
    if event.type in ("sold_out", "restocked"):
        available = model.in_stock(event.key, at)
        return available is (event.type == "restocked")
    kinds = dict.fromkeys(("alert_opened", "alert_reminder", "alert_resolved"), event.kind)
    kinds["website_unreachable"] = kinds["website_recovered"] = "unreachable"
    kind = kinds.get(event.type)
    if kind is None:
        return None if event.type.startswith("threshold_") else True
    alerts = [one for one in model.episodes if (one.key, one.kind) == (event.key, kind)]
    now = [
        one
        for one in alerts
        if one.opened_at <= at and (one.resolved_at is None or one.resolved_at > at)
    ]
    if event.type in ("website_recovered", "alert_resolved"):
        return not now
    if event.type == "alert_reminder" and now and now[0].is_acknowledged:
        return None
    return bool(now)
