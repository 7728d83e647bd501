"""From a believed listing to the steps of a website's monitors and its catalogue events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import (
    Case,
    ExpressionWrapper,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce

from accounts.models import Preferences
from common.prepared import Prepared
from monitoring.alerting import DEFAULT_THRESHOLD
from monitoring.choices import ChangeType, EventType, MonitorStatus
from monitoring.diffing import AVAILABLE, diff, observe, threshold_state
from monitoring.evidence import snapshot_proof
from monitoring.listing import CatalogueChange
from monitoring.models import Monitor
from monitoring.rules import decide
from monitoring.services.leases import Lease
from monitoring.services.stockwriting import Step
from monitoring.state import Change, Event, MonitorState, Observation
from websites.models import Website
from websites.sources.base import Availability, Snapshot, StockReading

NOT_LISTED = "The shop does not list this product: check its id."
WENT_MISSING = "The shop no longer lists this product: its stock is unknown."


def monitors_load(lease: Lease) -> list[MonitorState]:
    """States of the website's monitors that are not paused, in one statement."""
    return [MonitorState._make(row) for row in _UNPAUSED.rows(lease.website_id)]


def states_load(monitors: QuerySet[Monitor], website_id: int) -> list[MonitorState]:
    """States of some monitors of one website."""
    return [MonitorState._make(row) for row in _states(monitors, website_id)]


def _states(monitors: QuerySet[Monitor], website_id: int) -> QuerySet[Monitor, tuple[Any, ...]]:
    """The columns of MonitorState, with the effective low threshold."""
    special = {
        "threshold_low": _low_threshold(website_id),
        "is_read": _is_set("first_read_at"),
        "is_missing": _is_set("missing_since"),
    }
    fields = [special.get(name, name) for name in MonitorState._fields]
    return monitors.order_by().values_list(*fields)


def _unpaused(website_id: int) -> QuerySet[Monitor, tuple[Any, ...]]:
    rows = Monitor.objects.filter(website_id=website_id).exclude(status=MonitorStatus.PAUSED)
    return _states(rows, website_id)


_UNPAUSED = Prepared(_unpaused)


def _low_threshold(website_id: int) -> Coalesce:
    """Its own, else what its owner prefers, else the team's (contract section 6)."""
    preferred = Preferences.objects.filter(user=OuterRef("owner_id")).values("alert_threshold")
    number = IntegerField()
    wish = Coalesce(Subquery(preferred), DEFAULT_THRESHOLD, output_field=number)
    owners = Case(When(owner__isnull=False, then=wish), output_field=number)
    teams = Website.objects.filter(pk=website_id).values("team__low_stock_threshold")
    return Coalesce("threshold_low", owners, Subquery(teams), output_field=number)


def _is_set(column: str) -> ExpressionWrapper[Any]:
    """Truth instead of the time itself: a thousand times are dear to convert."""
    return ExpressionWrapper(Q(**{f"{column}__isnull": False}), output_field=IntegerField())


def steps_of(
    lease: Lease,
    monitors: Sequence[MonitorState],
    seen: Mapping[str, StockReading],
    changed: CatalogueChange,
    snapshot: Snapshot,
    now: datetime,
) -> list[Step]:
    """One Step per monitor about which something changed."""
    source = kind_of(lease, snapshot)
    proof = snapshot_proof(source, snapshot)
    gone = {state.product_id for state in changed.gone}
    waiting = {state.product_id for state in changed.absent}
    steps = []
    for state in monitors:
        reading = seen.get(state.product_id)
        if reading is not None:
            step = step_of(state, reading, source=source, proof=proof)
        elif state.product_id in gone:
            step = _missing(state, proof, now)
        elif state.product_id not in waiting and not state.is_missing:
            step = _unlisted(state, proof)
        else:
            step = None
        if step is not None:
            steps.append(step)
    return steps


def kind_of(lease: Lease, snapshot: Snapshot) -> str:
    """The source kind that really read."""
    return snapshot.source or lease.kind


def stand_in_steps(
    lease: Lease,
    monitors: Sequence[MonitorState],
    seen: Mapping[str, StockReading],
    snapshot: Snapshot,
) -> list[Step]:
    """Steps by a source that only stands in for a better one: it may list less and know less, so
    names, prices and what is not listed stay as they are."""
    source = kind_of(lease, snapshot)
    proof = snapshot_proof(source, snapshot)
    steps = (
        step_of(state, _poorer(state, seen[state.product_id]), source=source, proof=proof)
        for state in monitors
        if state.product_id in seen and not state.is_missing
    )
    return [step for step in steps if step is not None]


def _poorer(state: MonitorState, reading: StockReading) -> StockReading:
    """A reading without a number that agrees with the last one takes no number away."""
    reading = reading._replace(name="", price=None, currency="")
    is_same = state.available == AVAILABLE.get(reading.availability)
    if is_same and reading.quantity is None and state.quantity is not None:
        return reading._replace(availability=Availability.UNKNOWN, stock_control=None)
    return reading


def step_of(
    state: MonitorState, reading: StockReading, *, source: str, proof: Mapping[str, Any]
) -> Step | None:
    """The step one reading makes for one monitor, None when nothing changed."""
    change = diff(state, observe(state, reading, source=source))
    if change is None:
        return None
    is_positive = change.after.quantity is not None and change.after.quantity > 0
    return Step(
        change=change,
        evidence={**proof, "token": reading.token, **_marks(reading)},
        positive_source=source if is_positive else state.positive_source,
        events=tuple(decide(change)),
    )


def believed(state: MonitorState) -> Change:
    """The step of a monitor whose last believed values are compared with its thresholds once more."""
    judged = threshold_state(
        state.quantity,
        state.threshold_low,
        state.threshold_high,
        before=state.threshold_state,
        available=state.available,
        hysteresis=state.hysteresis,
    )
    after = Observation(
        True,
        state.quantity,
        state.available,
        state.stock_control_enabled,
        state.price,
        state.currency,
        state.product_name,
    )
    return Change(state, after, False, False, None, ChangeType.UNCHANGED, judged)


def _marks(reading: StockReading) -> dict[str, Any]:
    return {"conflict": True} if reading.is_conflict else {}


def _without_stock(state: MonitorState, problem: str) -> Change:
    after = Observation(
        True, None, None, None, state.price, state.currency, state.product_name, problem
    )
    had_stock = (state.quantity, state.available, state.stock_control_enabled) != (None, None, None)
    return Change(state, after, False, had_stock, None, ChangeType.ADJUSTED, state.threshold_state)


def _missing(state: MonitorState, proof: Mapping[str, Any], now: datetime) -> Step:
    event = Event(
        EventType.PRODUCT_MISSING,
        from_quantity=state.quantity,
        message="The shop no longer lists this product",
        metadata={"product_id": state.product_id, "name": state.product_name},
    )
    return Step(
        change=_without_stock(state, WENT_MISSING),
        evidence={**proof, "token": "absent"},
        positive_source=state.positive_source,
        events=(event,),
        missing_since=now,
    )


def _unlisted(state: MonitorState, proof: Mapping[str, Any]) -> Step | None:
    """A product the shop never listed: somebody should look at the id."""
    if state.status_reason == NOT_LISTED:
        return None
    return Step(
        change=_without_stock(state, NOT_LISTED),
        evidence={**proof, "token": "absent"},
        positive_source=state.positive_source,
        events=(),
    )
