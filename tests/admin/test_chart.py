"""The stock chart: steps, gaps where nothing is known, and never a 0 that nobody saw."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitoring.admin.chart import Chart, Point, stock_chart

pytestmark = pytest.mark.unit

NOW = datetime(2026, 3, 10, tzinfo=UTC)
SINCE = NOW - timedelta(days=10)


def at(day: float, quantity: int | None, **values: bool | None) -> Point:
    available = values.get("available", None if quantity is None else quantity > 0)
    return Point(SINCE + timedelta(days=day), quantity, available, bool(values.get("is_unlimited")))


def draw(*points: Point, read_until: datetime | None = NOW, **limits: int | None) -> Chart:
    return stock_chart(points, since=SINCE, now=NOW, read_until=read_until, **limits)


def test_a_record_holds_until_the_next_one() -> None:
    chart = draw(at(0, 4), at(5, 2))
    assert chart.line == "M0.0 0.0H50.0L50.0 50.0H100.0"
    assert [level.text for level in chart.levels] == ["0", "1", "2", "3", "4"]


def test_a_record_before_the_window_gives_the_level_at_its_left_edge() -> None:
    assert draw(at(-30, 4)).line == "M0.0 0.0H100.0"


def test_unknown_is_a_gap_and_never_a_zero() -> None:
    chart = draw(at(0, 4), at(2, None), at(4, 4))
    assert chart.line == "M0.0 0.0H20.0M40.0 0.0H100.0"
    assert [span.kind for span in chart.spans] == ["known", "unknown", "known"]


def test_unlimited_and_numberless_stock_are_bands_without_a_line() -> None:
    chart = draw(at(0, None, available=True, is_unlimited=True), at(5, None, available=True))
    assert chart.line == ""
    assert [span.kind for span in chart.spans] == ["unlimited", "in"]


def test_sold_out_without_a_number_stands_at_zero() -> None:
    assert draw(at(0, None, available=False)).line == "M0.0 100.0H100.0"


def test_the_line_ends_at_the_last_good_read() -> None:
    chart = draw(at(0, 4), read_until=SINCE + timedelta(days=6))
    assert chart.line == "M0.0 0.0H60.0"
    assert chart.spans[-1].kind == "unread"
    assert (chart.spans[-1].left, chart.spans[-1].width) == (60.0, 40.0)


def test_a_last_read_before_the_window_proves_nothing_in_it() -> None:
    assert draw(at(-9, 4), read_until=SINCE - timedelta(days=1)).is_empty


def test_nothing_known_is_an_empty_chart() -> None:
    assert draw().is_empty
    assert draw(at(1, None)).is_empty


def test_thresholds_are_lines_inside_the_picture() -> None:
    chart = draw(at(0, 10), low=5, high=40)
    assert [(mark.text, mark.kind) for mark in chart.limits] == [
        ("low 5", "low"), ("high 40", "high"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("highest", "top"), [(1, 1), (5, 5), (6, 6), (44, 50), (101, 150), (9999, 10_000)]
)
def test_the_axis_ends_at_a_round_number(highest: int, top: int) -> None:
    shown = draw(at(0, highest)).levels[-1].text.replace("\u202f", "")
    assert int(shown) == top
    assert len(draw(at(0, highest)).levels) <= 6


def test_oversold_stock_is_drawn_at_zero_but_named() -> None:
    chart = draw(at(0, 3), at(5, -2))
    assert chart.line.endswith("L50.0 100.0H100.0")
    assert "Sold out" in chart.spans[-1].title


@pytest.mark.parametrize("days", [1, 7, 30, 90])
def test_the_time_axis_has_a_few_round_marks(days: int) -> None:
    since = NOW - timedelta(days=days)
    marks = stock_chart([], since=since, now=NOW, read_until=NOW).times
    assert 2 <= len(marks) <= 8
    assert all(0 <= mark.place <= 100 for mark in marks)
