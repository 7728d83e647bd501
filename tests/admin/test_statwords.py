"""What the statistics of a monitor say in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from accounts.admin.display import day_text, month_text
from monitoring.admin.statwords import Panel, forecast_words, length_words, panel_of
from monitoring.statistics.forecast import Forecast
from monitoring.statistics.readings import Reading
from monitoring.statistics.report import statistics_of

pytestmark = [pytest.mark.unit, pytest.mark.once]

START = datetime(2026, 3, 2, tzinfo=UTC)


def panel(*readings: Reading, days: float = 10) -> Panel:
    until = START + timedelta(days=days)
    found = statistics_of(
        readings, since=START, now=until, read_until=until, unread=[], zone=ZoneInfo("UTC")
    )
    return panel_of(found, zone_name="UTC")


def seen(hours: float, number: int | None, delta: int | None = None, price: str = "5") -> Reading:
    available = None if number is None else number > 0
    at = START + timedelta(hours=hours)
    return Reading(at, number, available, delta, Decimal(price), "USD")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Forecast("", 2.4, 2.9, 2.0, 6.1), "Lasts about 3 days (2 to 6)"),
        (Forecast("", 20, 0.6, 0.2, 1.1), "Lasts about 14 hours (5 to 26)"),
        (Forecast("", 20, 0.04, 0.01, 0.2), "Lasts less than an hour"),
        (Forecast("", 20, 0.05, 0.02, 0.2), "Lasts about 1 hour (less than 1 to 5)"),
        (Forecast("", 1, 223.4, 151, 1400), "Lasts about 220 days (150 to 1\u202f400)"),
        (Forecast("", 0.1, 900, 400, 2000), "Lasts more than a year"),
        (Forecast("sold_out", 2.0), "Sold out"),
        (Forecast("no_number"), "No forecast"),
        (Forecast("too_little"), "No forecast yet"),
        (Forecast("nothing_sold", 0.0), "No end in sight"),
    ],
)
def test_a_forecast_is_a_sentence_with_as_many_digits_as_it_is_worth(
    found: Forecast, words: str
) -> None:
    assert forecast_words(found)[0] == words


@pytest.mark.parametrize(
    ("rate", "words"),
    [(36.4, "36 a day"), (2.4, "2.4 a day"), (1 / 7, "1 a week"), (0.1, "less than one a week")],
)
def test_a_rate_is_told_in_the_unit_that_fits(rate: float, words: str) -> None:
    assert f"It sells {words} while in stock." in forecast_words(Forecast("sold_out", rate))[1]


@pytest.mark.parametrize(
    ("hours", "words"), [(0.5, "30 min"), (5.5, "5.5 h"), (24, "24 h"), (76.8, "3.2 d")]
)
def test_a_length_is_told_in_the_unit_people_would_use(hours: float, words: str) -> None:
    assert length_words(timedelta(hours=hours)) == words


def test_what_is_unknown_is_a_dash_and_never_a_zero() -> None:
    shown = panel(seen(0, None))
    assert [row[1:] for row in shown.flows] == [("–", "–", "–")] * 2
    assert (shown.share, shown.sell_out, shown.week) == ("", "", [])
    assert shown.share_more == "Its stock was known 0% of the time."


def test_a_monitor_that_was_never_read_was_not_looked_at() -> None:
    assert panel(days=0).looked_at == ""


def test_a_restock_that_sold_out_is_told_with_its_time_and_hour() -> None:
    shown = panel(seen(0, 0), seen(33, 9, 9), seen(57, 0, -9), seen(80, 4, 4, "6"), days=5)
    assert (shown.sell_out, shown.share, shown.looked_at) == ("24 h", "53%", "5 d")
    assert "average 24 h), seen once." in shown.sell_out_more
    assert [row[1:] for row in shown.flows] == [("0", "9", "9"), ("0", "13", "13")]
    _, hours = shown.week[1]
    assert (hours[9].seen, hours[9].level, hours[9].title) == (1, 4, "Tue 09:00–10:00: 1")
    (price,) = shown.prices
    assert (price.before, price.after) == (Decimal(5), Decimal(6))
    assert shown.usual == "No hour stands out. Times of UTC."


def test_an_hour_that_stands_out_is_named() -> None:
    def arrivals(*hours: int) -> str:
        steps = [one for hour in hours for one in (seen(hour - 0.5, 0), seen(hour, 5))]
        return panel(*steps, days=40).usual

    week = 7 * 24
    assert (
        arrivals(14, 14 + week, 14 + 2 * week)
        == "Most often Mon 14:00–15:00 (3 of 3). Times of UTC."
    )
    assert arrivals(14, 38, 62, 65) == "Most often 14:00–15:00 (3 of 4). Times of UTC."


@pytest.mark.parametrize(
    ("days", "words"),
    [(1, "на 24 часа "), (3, "на 3 дня "), (5, "на 5 дней "), (21, "на 21 день ")],
)
def test_numbers_have_the_three_plurals_of_russian(days: float, words: str) -> None:
    found = Forecast("", 3.2, days, days / 2, days * 2)
    with override("ru"):
        heading, more = forecast_words(found)
    assert words in heading
    assert " 3,2 " in more


def test_days_on_an_axis_are_named_as_the_language_does() -> None:
    told = []
    for language in ("en", "ru", "zh-hans"):
        with override(language):
            told.append((day_text(START), month_text(START)))
    assert told == [("02 Mar", "Mar 2026"), ("2 мар", "мар 2026"), ("3月2日", "2026年3月")]
