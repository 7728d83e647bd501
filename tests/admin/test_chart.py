"""The stock chart: steps, gaps where nothing is known, and never a 0 that nobody saw."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from monitoring.admin.chart import Chart, Point, stock_chart, stock_told, thinned
from monitoring.admin.chartaxes import times
from monitoring.admin.chartmarks import EventMark, Happened, PriceChart, event_marks, price_chart
from monitoring.statistics.readings import UNREAD, Reading

pytestmark = [pytest.mark.unit, pytest.mark.once]

NOW = datetime(2026, 3, 10, tzinfo=UTC)
SINCE = NOW - timedelta(days=10)


def at(day: float, quantity: int | None, **values: bool | None) -> Point:
    available = values.get("available", None if quantity is None else quantity > 0)
    return Point(SINCE + timedelta(days=day), quantity, available, bool(values.get("is_unlimited")))


def draw(
    *points: Point,
    read_until: datetime | None = NOW,
    low: int | None = None,
    high: int | None = None,
) -> Chart:
    return stock_chart(points, since=SINCE, now=NOW, read_until=read_until, low=low, high=high)


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


def test_while_the_shop_could_not_be_read_the_line_is_broken() -> None:
    blind = Point(SINCE + timedelta(days=2), None, None, False, UNREAD)
    chart = draw(at(0, 4), blind, at(4, 4))
    assert chart.line == "M0.0 0.0H20.0M40.0 0.0H100.0"
    assert chart.spans[1].kind == "unread"
    assert chart.spans[1].title == "2026-03-02 00:00 · The shop could not be read"
    assert chart.kinds == {"known", "unread"}


def test_without_any_number_there_is_no_scale() -> None:
    assert draw(at(0, None, available=True)).levels == []


def test_times_are_told_on_the_clocks_of_the_viewer() -> None:
    chart = stock_chart(
        [at(0, 4)], since=SINCE, now=NOW, read_until=NOW, zone=ZoneInfo("Asia/Tokyo")
    )
    assert chart.spans[0].title == "2026-02-28 09:00 · 4 in stock"


def test_marks_stand_at_midnight_on_both_sides_of_a_change_of_clocks() -> None:
    zone = ZoneInfo("Europe/Berlin")
    since = datetime(2026, 3, 27, 23, tzinfo=UTC)  # midnight there; after the 29th it is 22:00
    marks = times(since, since + timedelta(days=4), zone)
    assert [(mark.text, mark.place) for mark in marks] == [
        ("28 Mar", 0), ("29 Mar", 25), ("30 Mar", round(100 * 47 / 96, 3)),
        ("31 Mar", round(100 * 71 / 96, 3)), ("01 Apr", round(100 * 95 / 96, 3)),
    ]  # fmt: skip


# --- Many records --------------------------------------------------------------------------


def test_numbers_too_close_to_be_told_apart_become_a_band() -> None:
    points = [at(0, 4), at(5, 9), at(5.01, 2), at(5.02, 3), at(9, 1)]
    found = thinned(points, since=SINCE, now=NOW, most=4)
    assert [(one.quantity, one.lowest, one.highest) for one in found] == [
        (4, None, None), (3, 2, 9), (3, None, None), (1, None, None),
    ]  # fmt: skip
    chart = stock_chart(found, since=SINCE, now=NOW, read_until=NOW)
    assert chart.band == "M50.0 80.0V10.0H75.0V80.0Z"
    assert "2 to 9, then 3" in chart.spans[1].title


def test_what_is_unknown_is_never_thinned_away() -> None:
    points = [at(0, 4), at(5, 9), at(5.01, None), at(5.02, 3), at(9, 1)]
    found = thinned(points, since=SINCE, now=NOW, most=2)
    assert [one.quantity for one in found] == [4, 9, None, 1]
    assert thinned(points, since=SINCE, now=NOW, most=5) == points


def test_stock_is_told_in_words() -> None:
    assert [stock_told(at(0, number)) for number in (1200, 0, None)] == [
        "1\u202f200 in stock", "Sold out", "Unknown",
    ]  # fmt: skip
    assert stock_told(at(0, None, available=True, is_unlimited=True)) == "Unlimited"


# --- Below the line ------------------------------------------------------------------------


def marks_of(*events: tuple[float, str]) -> list[EventMark]:
    happened = [
        Happened(SINCE + timedelta(days=day), kind, "info", kind, f"/event/{day}/")
        for day, kind in events
    ]
    return event_marks(happened, since=SINCE, now=NOW, many_url="/events/")


def test_events_far_from_each_other_have_a_mark_each() -> None:
    one, two = marks_of((1, "sold_out"), (8, "restocked"))
    assert (one.place, one.sign, one.url, one.is_late) == (10, "✕", "/event/1/", False)
    assert (two.sign, two.label, two.is_late) == ("▲", "08 Mar 00:00 · restocked", True)


def test_events_close_to_each_other_share_a_mark_with_the_sign_of_the_weightiest() -> None:
    (mark,) = marks_of((5, "stock_decreased"), (5.1, "sold_out"), (5.2, "price_changed"))
    assert (mark.sign, mark.count, mark.url) == ("✕", 3, "/events/")
    assert mark.label.count(";") == 2


def test_a_crowded_mark_tells_a_few_and_counts_the_rest() -> None:
    (mark,) = marks_of(*((5 + n / 100, "product_missing") for n in range(9)))
    assert (mark.sign, len(mark.told), mark.rest) == ("•", 6, 3)
    assert mark.label.endswith("; 3 more")


def prices(*steps: tuple[float, str | None, str]) -> PriceChart | None:
    readings = [
        Reading(
            SINCE + timedelta(days=day),
            price=None if price is None else Decimal(price),
            currency=money,
        )
        for day, price, money in steps
    ]
    return price_chart(readings, since=SINCE, until=SINCE + timedelta(days=8), now=NOW)


def test_the_price_is_a_step_line_up_to_the_last_good_read() -> None:
    found = prices((-5, "4", "USD"), (4, "4", "USD"), (6, "10", "USD"))
    assert found is not None
    assert found.line == "M0.0 87.5H60.0L60.0 12.5H80.0"
    assert [mark.text for mark in found.levels] == ["4", "10"]
    assert found.now == "10 USD"


def test_prices_of_another_currency_are_not_drawn_on_the_same_scale() -> None:
    found = prices((0, "400", "JPY"), (5, "4", "USD"))
    assert found is not None
    assert found.line == "M50.0 50.0H80.0"


def test_without_a_price_there_is_no_line() -> None:
    assert prices((0, None, "")) is None
    assert prices((9, "4", "USD")) is None
