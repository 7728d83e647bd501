from __future__ import annotations

import pytest

from monitoring.diffing import diff, observe
from monitoring.rules import decide
from tests.factories import reading, state


def _told(quantity_before, quantity_after, *, state_before, low=None, high=None):
    before = state(
        quantity=quantity_before,
        available=quantity_before > 0,
        threshold_low=low,
        threshold_high=high,
        threshold_state=state_before,
    )
    change = diff(before, observe(before, reading(quantity_after), source="whmcs_api"))
    return [] if change is None else decide(change)


def _types(*args, **kwargs):
    return [event.event_type for event in _told(*args, **kwargs)]


@pytest.mark.parametrize(
    ("before", "after", "state_before", "events"),
    [
        (6, 5, "ok", ["stock_decreased"]),  # 5 is not below 5
        (6, 4, "ok", ["stock_decreased", "threshold_breach_low"]),
        (4, 3, "low", ["stock_decreased"]),
        (4, 5, "low", ["stock_increased", "threshold_recovered"]),
        (6, 0, "ok", ["sold_out"]),
        (4, 0, "low", ["sold_out"]),
        (0, 3, "low", ["restocked"]),
        (0, 9, "low", ["restocked", "threshold_recovered"]),
    ],
)
def test_low_is_told_on_the_crossing_only_and_out_inhibits_it(before, after, state_before, events):
    assert _types(before, after, state_before=state_before, low=5) == events


@pytest.mark.parametrize(
    ("before", "after", "state_before", "events"),
    [
        (9, 10, "ok", ["stock_increased"]),
        (9, 11, "ok", ["stock_increased", "threshold_breach_high"]),
        (11, 12, "high", ["stock_increased"]),
        (12, 8, "high", ["stock_decreased", "threshold_recovered"]),
    ],
)
def test_high_is_strict_too(before, after, state_before, events):
    assert _types(before, after, state_before=state_before, high=10) == events


def test_a_changed_threshold_is_evaluated_without_a_change_of_stock():
    events = _told(5, 5, state_before="ok", low=8)
    assert [(e.event_type, e.threshold_type, e.threshold_value) for e in events] == [
        ("threshold_breach_low", "low", 8)
    ]


def test_a_threshold_that_was_removed_recovers_silently():
    assert _types(5, 5, state_before="low") == []


def test_from_low_to_high_is_a_high_breach():
    assert _types(2, 20, state_before="low", low=5, high=10) == [
        "stock_increased",
        "threshold_breach_high",
    ]


def test_unlimited_stock_leaves_the_low_state_without_an_event():
    before = state(quantity=2, threshold_low=5, threshold_state="low")
    change = diff(before, observe(before, reading(None), source="whmcs_api"))
    assert change is not None
    assert change.threshold_state == "ok"
    assert [event.event_type for event in decide(change)] == ["stock_control_changed"]


def test_messages_are_sentences_with_numbers():
    (event,) = _told(3, 0, state_before="ok")
    assert event.message == "Sold out (was 3)"
    assert (event.from_quantity, event.to_quantity, event.delta) == (3, 0, -3)
