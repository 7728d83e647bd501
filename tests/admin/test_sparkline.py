"""The line in a cell: steps, gaps where nothing is known, and a text for those who cannot see it."""

from __future__ import annotations

import re

import pytest

from monitoring.admin.sparkline import sparkline

pytestmark = [pytest.mark.unit, pytest.mark.once]


def line(*points: int | None) -> str:
    found = re.search('class="desk-spark-line" d="([^"]*)"', sparkline(points))
    assert found
    return found[1]


def test_each_number_holds_until_the_next_one() -> None:
    assert line(4, 2) == "M0.0 2.0H48.0L48.0 12.0H96.0"


def test_the_unknown_is_a_gap_and_never_a_zero() -> None:
    assert line(4, None, 4) == "M0.0 2.0H32.0M64.0 2.0H96.0"


def test_zero_and_less_stand_on_the_ground() -> None:
    assert line(0, -3) == "M0.0 22.0H48.0L48.0 22.0H96.0"


def test_without_a_number_there_is_a_word_instead_of_a_line() -> None:
    assert "no number" in sparkline([None, None])
    assert "no number" in sparkline([])


def test_it_is_told_in_words_too() -> None:
    assert "<title>Lowest 2, highest 1\u202f400, now unknown</title>" in sparkline([2, 1400, None])
    assert "<title>&lt;b&gt;</title>" in sparkline([1], label="<b>")
