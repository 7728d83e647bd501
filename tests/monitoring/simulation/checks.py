"""Compares what was played with the model. Each check returns complaints; none is well."""

from __future__ import annotations

from typing import Any

from tests.monitoring.simulation import messages, usefulness
from tests.monitoring.simulation.cast import Script
from tests.monitoring.simulation.model import Model
from tests.monitoring.simulation.record import Record

MOST = 8
"""Complaints shown of each check."""


def difference(expected: set[Any], found: set[Any]) -> list[str]:
    missed = [f"missed {one}" for one in sorted(expected - found, key=str)]
    extra = [f"not expected {one}" for one in sorted(found - expected, key=str)]
    return [*missed, *extra]


def alerts(script: Script, model: Model, found: Record) -> list[str]:
    """No alert without a believed breach, none missed; each resolved in the poll that saw it."""
    how = {"manual": "manual", "paused": "paused"}
    wanted = {
        (one.key, one.kind, one.opened_at, one.resolved_at, how.get(one.how, ""))
        for one in model.episodes
    }
    have = {
        (one.key, one.kind, one.opened_at, one.resolved_at, how.get(one.how, ""))
        for one in found.alerts
    }
    return difference(wanted, have)


def openings(script: Script, model: Model, found: Record) -> list[str]:
    """Who is told, and why not."""
    wanted = {(one.key, one.kind, one.opened_at, one.silent) for one in model.episodes}
    have = {
        (one.key, one.kind, one.at, one.suppressed)
        for one in found.events.values()
        if one.type == "alert_opened"
    }
    return difference(wanted, have)


def endings(script: Script, model: Model, found: Record) -> list[str]:
    wanted = {
        (one.key, one.kind, one.resolved_at, one.silent_end)
        for one in model.episodes
        if one.resolved_at is not None
    }
    have = {
        (one.key, one.kind, one.at, one.suppressed)
        for one in found.events.values()
        if one.type == "alert_resolved"
    }
    return difference(wanted, have)


def reminders(script: Script, model: Model, found: Record) -> list[str]:
    have = {
        (one.key, one.kind, one.at) for one in found.events.values() if one.type == "alert_reminder"
    }
    return difference(set(model.reminders), have)


def facts(script: Script, model: Model, found: Record) -> list[str]:
    kinds = ("sold_out", "restocked", "website_unreachable", "website_recovered")
    have = {
        (one.key, one.type, one.at, one.suppressed)
        for one in found.events.values()
        if one.type in kinds
    }
    return difference(set(model.facts), have)


CHECKS = (
    alerts,
    openings,
    endings,
    reminders,
    facts,
    messages.owed_once,
    messages.settled,
    messages.apart,
    messages.on_the_hour,
    messages.quiet_kept,
    usefulness.bounded,
    usefulness.useful,
    usefulness.outage,
)


def all_of(script: Script, model: Model, found: Record) -> list[str]:
    told = []
    for check in CHECKS:
        wrong = check(script, model, found)
        told += [f"{check.__name__}: {one}" for one in wrong[:MOST]]
        told += [f"{check.__name__}: {len(wrong)} in all"] if wrong else []
    return told
