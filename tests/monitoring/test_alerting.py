"""Pure: which alerts a step moves, and who hears of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.alerting import Held, Opening, Stock, judge, standings, tell
from monitoring.choices import AlertKind, ThresholdState
from monitoring.diffing import diff, observe
from monitoring.slots import DAY, Rhythm
from tests.factories import ambiguous, reading, state

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
QUANTITIES = st.one_of(st.none(), st.integers(-3, 30))


def held(kind, **fields):
    values = {"id": 1, "kind": kind, "opened_at": NOW, "last_sent_at": NOW, "next_alert_at": NOW}
    return Held(**{**values, **fields})


def opening(*, is_crossing=True):
    return Opening(AlertKind.LOW, 3, 5, is_crossing)


@pytest.mark.parametrize(
    ("stock", "expected"),
    [
        (Stock(3, True, True, "low"), {"low": True, "high": False, "out_of_stock": False}),
        (Stock(0, False, True, "low"), {"low": None, "high": False, "out_of_stock": True}),
        (Stock(-2, False, True, "low"), {"low": None, "high": False, "out_of_stock": True}),
        (Stock(9, True, True, "ok"), {"low": False, "high": False, "out_of_stock": False}),
        (Stock(99, True, True, "high"), {"low": False, "high": True, "out_of_stock": False}),
        (Stock(None, True, False, "ok"), {"low": False, "high": False, "out_of_stock": False}),
        (Stock(None, True, None, "ok"), {"low": None, "high": None, "out_of_stock": False}),
        (Stock(None, False, None, ""), {"low": None, "high": False, "out_of_stock": True}),
        (Stock(None, None, None, ""), {"low": None, "high": None, "out_of_stock": None}),
    ],
)
def test_which_alerts_should_be_open(stock, expected):
    assert standings(stock, 5, 20) == expected


def test_without_thresholds_none_should():
    nothing = dict.fromkeys(("low", "high", "out_of_stock"), False)
    for quantity in (0, 3, 99):
        assert standings(Stock(quantity, quantity > 0, True, "ok"), None, None) == nothing


@given(QUANTITIES, QUANTITIES, st.sets(st.sampled_from(["low", "high", "out_of_stock"])))
def test_a_believed_number_leaves_exactly_the_right_alerts_open(before, after, kinds):
    """Whatever was open before, and however it came about."""
    was = state(
        quantity=before,
        available=before is None or before > 0,
        stock_control_enabled=before is not None,
        threshold_low=5,
        threshold_high=20,
        threshold_state="",
    )
    change = diff(was, observe(was, reading(after), source="whmcs_api"))
    if change is None:
        return
    openings, closings = judge(change, {kind: held(kind) for kind in kinds})
    left = (kinds - {one.alert.kind for one in closings}) | {str(one.kind) for one in openings}
    assert ("out_of_stock" in left) == (after is not None and after <= 0)
    assert ("high" in left) == (after is not None and after > 20)
    if after is None or after > 0:
        assert ("low" in left) == (after is not None and after < 5)
    else:
        assert ("low" in left) == ("low" in kinds)


@given(st.sets(st.sampled_from(["low", "high", "out_of_stock"])), QUANTITIES)
def test_a_reading_that_proves_nothing_moves_nothing(kinds, quantity):
    was = state(quantity=quantity, threshold_low=5, threshold_high=20, positive_source="")
    for told in (ambiguous(name="other"), reading(1, is_conflict=True, name="other")):
        change = diff(was, observe(was, told, source="whmcs_api"))
        assert change is not None
        assert judge(change, {kind: held(kind) for kind in kinds}) == ([], [])


def test_a_first_telling_is_told():
    told = tell(opening(), last=None, rhythm=Rhythm(), now=NOW)
    assert told is not None
    assert (told.suppressed, told.last_sent_at) == ("", NOW)


@given(st.integers(0, 60 * 60 * 60))
def test_nobody_is_told_twice_within_a_day(seconds):
    last = held("low", last_sent_at=NOW - timedelta(seconds=seconds))
    told = tell(opening(), last=last, rhythm=Rhythm(), now=NOW)
    assert told is not None
    is_recent = timedelta(seconds=seconds) < DAY
    assert (told.suppressed, told.last_sent_at == NOW) == (
        ("dedupe", seconds == 0) if is_recent else ("", True)
    )
    assert told.next_alert_at > NOW


def test_an_alert_of_which_nobody_was_told_hides_no_other():
    told = tell(opening(), last=held("low", last_sent_at=None), rhythm=Rhythm(), now=NOW)
    assert told is not None
    assert told.suppressed == ""


def test_what_flaps_is_not_told_and_counts_as_not_told():
    told = tell(opening(), last=None, rhythm=Rhythm(), now=NOW, is_flapping=True)
    assert told is not None
    assert (told.suppressed, told.last_sent_at) == ("flapping", None)


def test_what_was_resolved_by_hand_opens_only_when_it_comes_again():
    last = held("low", last_sent_at=NOW - 3 * DAY, resolve_reason="manual")
    assert tell(opening(is_crossing=False), last=last, rhythm=Rhythm(), now=NOW) is None
    told = tell(opening(), last=last, rhythm=Rhythm(), now=NOW)
    assert told is not None
    assert told.suppressed == ""


def test_a_state_that_hysteresis_holds_keeps_the_alert():
    was = state(quantity=4, threshold_low=5, hysteresis=3, threshold_state="low")
    for quantity, is_over in ((7, False), (8, True)):
        change = diff(was, observe(was, reading(quantity), source="whmcs_api"))
        assert change is not None
        assert (change.threshold_state == ThresholdState.OK) == is_over
        _, closings = judge(change, {"low": held("low")})
        assert bool(closings) == is_over
