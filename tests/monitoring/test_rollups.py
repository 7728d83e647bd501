from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitoring.rollups import Day, Record, days_of, joined

pytestmark = [pytest.mark.unit, pytest.mark.once]

MORNING = datetime(2026, 3, 1, 8, tzinfo=UTC)


def record(quantity, *, hours=0, delta=None, available=None):
    known = (quantity > 0) if quantity is not None else available
    return Record(1, MORNING + timedelta(hours=hours), quantity, known, delta, None, "")


def test_a_day_keeps_how_it_began_ended_and_how_far_it_went():
    (day,) = days_of(
        [record(5), record(9, hours=1, delta=4), record(2, hours=2, delta=-7)]
    ).values()
    assert day == Day(5, 2, 2, 9, True, sold=7, restocked=4, records=3)


def test_the_unknown_is_a_gap_and_never_a_zero():
    (day,) = days_of([record(5), record(None, hours=1)]).values()
    assert (day.lowest, day.highest, day.last_quantity, day.gaps) == (5, 5, None, 1)
    (unknown,) = days_of([record(None)]).values()
    assert (unknown.lowest, unknown.first_quantity, unknown.last_available) == (None, None, None)


def test_days_are_those_of_utc():
    keys = days_of([record(5), record(4, hours=16)])
    assert [day for _, day in keys] == [date(2026, 3, 1), date(2026, 3, 2)]


@given(
    st.lists(st.tuples(st.none() | st.integers(-3, 50), st.integers(-20, 20)), max_size=12),
    st.integers(0, 12),
)
def test_a_day_in_two_parts_is_the_same_day(steps, cut):
    records = [record(q, delta=delta) for q, delta in steps]
    whole = next(iter(days_of(records).values()), Day())
    first = next(iter(days_of(records[:cut]).values()), Day())
    second = next(iter(days_of(records[cut:]).values()), Day())
    assert joined(first, second) == whole
