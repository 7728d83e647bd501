from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.rates import Rate, take

pytestmark = [pytest.mark.unit, pytest.mark.once]


def test_a_rate_is_read_from_words_and_told_in_words():
    rate = Rate.parse(" 1200/minute ")
    assert rate == (1200, "minute")
    assert (str(rate), str(Rate.parse("1/hour"))) == (
        "1,200 requests a minute",
        "1 request an hour",
    )
    assert Rate.parse("off") is None


@pytest.mark.parametrize("text", ["", "5", "5/week", "0/day", "-1/day", "x/day", "5/", "/minute"])
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(ValueError):
        Rate.parse(text)


def test_the_budget_comes_back_little_by_little():
    rate, used = Rate(4, "minute"), None
    for _ in range(4):
        used, wait = take(rate, used, 600.0)
        assert wait == 0
    assert take(rate, used, 630.0)[1] == 31
    # A quarter of the window before is out of sight: the next fits.
    used, wait = take(rate, used, 675.0)
    assert wait == 0
    assert take(rate, used, 675.0)[1] == 1
    assert take(rate, used, 900.0)[1] == 0


@given(st.integers(1, 20), st.lists(st.floats(0, 40), max_size=120))
def test_never_twice_the_limit_in_a_window_and_a_wait_is_long_enough(limit, gaps):
    rate, used, moment, taken = Rate(limit, "minute"), None, 0.0, []
    for gap in gaps:
        moment += gap
        used, wait = take(rate, used, moment)
        if wait:
            assert 1 <= wait <= 61
            assert take(rate, used, moment + wait)[1] == 0
        else:
            taken.append(moment)
        for fixed in (moment // 60 * 60, moment // 60 * 60 - 60):
            assert sum(fixed <= one < fixed + 60 for one in taken) <= limit
