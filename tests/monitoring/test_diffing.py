from __future__ import annotations

from decimal import Decimal

import pytest

from monitoring.diffing import OPTION_GONE, diff, observe
from monitoring.rules import decide
from tests.factories import ambiguous, reading, state
from websites.sources.base import Availability


def _events(before, seen, source="whmcs_api"):
    change = diff(before, observe(before, seen, source=source))
    return [] if change is None else [event.event_type for event in decide(change)]


def _known(quantity):
    return state(
        quantity=quantity,
        available=quantity is None or quantity > 0,
        stock_control_enabled=quantity is not None,
    )


@pytest.mark.parametrize(
    ("before", "after", "events"),
    [
        (0, 5, ["restocked"]),
        (-2, 1, ["restocked"]),
        (5, 0, ["sold_out"]),
        (5, -1, ["sold_out"]),
        (5, 7, ["stock_increased"]),
        (5, 3, ["stock_decreased"]),
        (-2, -1, []),
        (0, -1, []),
        (5, None, ["stock_control_changed"]),
        (None, 5, ["stock_control_changed"]),
        (0, None, ["restocked"]),
        (None, 0, ["sold_out"]),
        (5, 5, []),
        (None, None, []),
    ],
)
def test_a_step_between_two_numbers_is_at_most_one_stock_event(before, after, events):
    assert _events(_known(before), reading(after)) == events


@pytest.mark.parametrize(
    ("before", "after", "change_type", "delta"),
    [
        (0, 5, "restock", 5),
        (5, 0, "purchase", -5),
        (5, 7, "restock", 2),
        (5, 3, "purchase", -2),
        (-2, -1, "adjusted", 1),
        (5, None, "adjusted", None),
    ],
)
def test_a_step_says_its_type_and_its_delta(before, after, change_type, delta):
    change = diff(_known(before), observe(_known(before), reading(after), source="whmcs_api"))
    assert change is not None
    assert (change.change_type, change.delta) == (change_type, delta)


def test_an_equal_reading_is_no_step():
    assert diff(state(), observe(state(), reading(5), source="whmcs_api")) is None


def test_the_first_reading_is_a_silent_baseline():
    before = state(
        quantity=None,
        available=None,
        stock_control_enabled=None,
        is_read=False,
        threshold_state="",
        threshold_low=9,
        price=None,
        currency="",
    )
    change = diff(before, observe(before, reading(5), source="whmcs_api"))
    assert change is not None
    assert change.is_initial
    assert change.change_type == "initial"
    assert change.threshold_state == "low"
    assert decide(change) == []


def test_availability_without_a_number_flips_only():
    shown_in = reading(None, stock_control=None)
    before = state(quantity=None, available=False, stock_control_enabled=None)
    assert _events(before, shown_in) == ["restocked"]
    back = state(quantity=None, available=True, stock_control_enabled=None)
    shown_out = shown_in._replace(availability=Availability.OUT_OF_STOCK)
    assert _events(back, shown_out) == ["sold_out"]


def test_a_number_that_appears_for_an_available_product_is_a_record_only():
    before = state(quantity=None, available=True, stock_control_enabled=None)
    change = diff(before, observe(before, reading(4), source="whmcs_api"))
    assert change is not None
    assert change.is_stock_step
    assert decide(change) == []


def test_an_unknown_reading_keeps_the_last_believed_stock():
    unknown = reading(5, availability=Availability.UNKNOWN)._replace(
        quantity=None, stock_control=None
    )
    assert diff(state(), observe(state(), unknown, source="whmcs_api")) is None


def test_an_ambiguous_zero_is_unknown_for_a_product_never_seen_in_stock():
    before = state(positive_source="")
    assert diff(before, observe(before, ambiguous(), source="whmcs_api")) is None


def test_an_ambiguous_zero_is_sold_out_once_the_same_source_showed_stock():
    assert _events(state(positive_source="whmcs_api"), ambiguous()) == ["sold_out"]
    assert _events(state(positive_source="whmcs_rest"), ambiguous()) == []


@pytest.mark.parametrize(("meaning", "available"), [("sold_out", False), ("unlimited", True)])
def test_a_person_can_say_what_zero_means(meaning, available):
    seen = observe(state(zero_means=meaning, positive_source=""), ambiguous(), source="whmcs_api")
    assert seen.available is available
    assert seen.quantity == (0 if meaning == "sold_out" else None)


def test_a_config_option_that_disappears_makes_stock_unknown_with_advice():
    before = state(config_option_id="7")
    seen = observe(before, reading(5, option_ids=frozenset({"8"})), source="whmcs_api")
    assert (seen.available, seen.quantity, seen.problem) == (None, None, OPTION_GONE)
    change = diff(before, seen)
    assert change is not None
    assert decide(change) == []


def test_a_source_that_cannot_tell_options_follows_the_product():
    before = state(config_option_id="7")
    assert observe(before, reading(5, option_ids=None), source="whmcs_api").quantity == 5


def test_a_price_change_is_an_event_beside_the_stock_event():
    assert _events(state(), reading(3, price=Decimal("6.00"))) == [
        "stock_decreased",
        "price_changed",
    ]


def test_a_first_price_is_no_event():
    assert _events(state(price=None, currency=""), reading(5)) == []


def test_a_missing_price_keeps_the_last_one():
    assert diff(state(), observe(state(), reading(5, price=None), source="whmcs_api")) is None
