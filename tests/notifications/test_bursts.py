from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.models import MonitorHistory
from notifications.bursts import Step, bursts_of, span_text
from notifications.rendering import render_events
from notifications.wording.gathering import burst_text
from tests.notifications.factories import make_event
from tests.notifications.matters import NOW


def steps(*quantities, key="a", event_type="stock_decreased", every=60):
    return [
        Step(key, event_type, before, after, NOW + timedelta(seconds=number * every))
        for number, (before, after) in enumerate(pairwise(quantities))
    ]


def test_a_burst_is_the_sum_of_its_changes():
    (burst,) = bursts_of(steps(20, 18, 17, 19, 13, 13))
    assert (burst.from_quantity, burst.to_quantity, burst.changes) == (20, 13, 5)
    assert (burst.net, burst.sold, burst.added) == (-7, 9, 2)
    assert burst_text(burst, "en") == "-7 in 4 min"


def test_a_single_change_and_other_kinds_of_events_are_no_burst():
    assert bursts_of(steps(5, 4)) == []
    assert bursts_of(steps(5, 4, 3, event_type="price_changed")) == []


def test_products_are_summed_apart():
    found = bursts_of([*steps(9, 8, 7, key="b"), *steps(3, 4, 6, key="a")])
    assert [(burst.key, burst_text(burst, "en")) for burst in found] == [
        ("b", "-2 in 60 s"),
        ("a", "+3 in 60 s"),
    ]


def test_an_unknown_number_makes_the_sum_unknown_and_never_zero():
    (burst,) = bursts_of(steps(9, None, 7))
    assert (burst.net, burst.sold, burst.added) == (None, None, None)
    assert burst_text(burst, "en") == "2 changes in 60 s"


def test_what_came_and_went_is_told_as_such():
    (burst,) = bursts_of(steps(5, 3, 5))
    assert burst_text(burst, "en") == "±0 in 60 s"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (89, "89 s"), (240, "4 min"), (5400, "1 h 30 min"), (7200, "2 h")],
)
def test_spans_are_rounded_to_what_people_care_for(seconds, text):
    assert span_text(seconds) == text


@given(st.lists(st.integers(0, 1000), min_size=3, max_size=20))
def test_the_sum_is_what_was_added_less_what_was_sold(quantities):
    (burst,) = bursts_of(steps(*quantities))
    assert burst.added is not None
    assert burst.sold is not None
    assert burst.net == quantities[-1] - quantities[0] == burst.added - burst.sold


@pytest.mark.django_db
def test_a_message_of_a_burst_says_its_sum():
    first = make_event(None, "stock_decreased", from_quantity=20, to_quantity=18, created_at=NOW)
    make_event(
        first.monitor,
        "stock_decreased",
        from_quantity=18,
        to_quantity=13,
        created_at=NOW + timedelta(minutes=4),
    )
    rows = MonitorHistory.objects.select_related("website__team", "monitor", "record").order_by(
        "pk"
    )
    message = render_events(list(rows), notification_type="burst")
    assert message.subject == f"VPS 1: -7 in 4 min ({first.website})"
    assert message.text.startswith("VPS 1: -7 in 4 min")
    assert "VPS 1: -7 in 4 min" in message.html
