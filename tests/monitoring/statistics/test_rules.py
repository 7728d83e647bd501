"""Single rules of the statistics, one example each (docs/statistics.md)."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from monitoring.statistics.flows import Flow, flow, price_changes
from monitoring.statistics.forecast import Forecast, forecast
from monitoring.statistics.readings import (
    Reading,
    Window,
    in_stock_share,
    known_share,
    with_gaps,
)
from monitoring.statistics.report import statistics_of
from monitoring.statistics.rhythm import restock_pattern, sell_outs

pytestmark = [pytest.mark.unit, pytest.mark.once]

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
UTC_ZONE = ZoneInfo("UTC")


def moment(days: float) -> datetime:
    return START + timedelta(days=days)


def window(since: float, until: float) -> Window:
    return Window(moment(since), moment(until))


def stock(*steps: tuple[float, int | None]) -> list[Reading]:
    """(day, number) each; None is unknown."""
    found: list[Reading] = []
    last: int | None = None
    for day, number in steps:
        delta = None if number is None or last is None else number - last
        available = None if number is None else number > 0
        found.append(Reading(moment(day), number, available, delta))
        last = number
    return found


def test_falls_are_sold_and_a_restock_is_no_negative_sale() -> None:
    readings = stock((0, 9), (1, 6), (2, 20), (3, 15))
    assert flow(readings, window(0, 4)) == Flow(sold=8, restocked=14)


def test_a_jump_over_an_unknown_stretch_is_neither_sold_nor_restocked() -> None:
    assert flow(stock((0, 9), (1, None), (2, 3)), window(0, 3)) == Flow(sold=0, restocked=0)


def test_nothing_sold_is_zero_and_no_number_is_none() -> None:
    assert flow(stock((0, 9)), window(1, 2)) == Flow(sold=0, restocked=0)
    assert flow(stock((0, None)), window(1, 2)) == Flow(None, None)
    unlimited = [Reading(START, None, True, is_unlimited=True)]
    assert flow(unlimited, window(1, 2)) == Flow(None, None)
    assert flow([], window(1, 2)) == Flow(None, None)


def test_overselling_below_zero_is_sold_too() -> None:
    assert flow(stock((0, 1), (1, 0), (2, -2)), window(0, 3)).sold == 3


def test_a_sell_out_takes_from_the_restock_to_the_last_piece() -> None:
    readings = stock((0, 0), (1, 5), (2, 9), (3.5, 0), (4, 2), (5, 0))
    assert sell_outs(readings) == [timedelta(days=2.5), timedelta(days=1)]


def test_only_sell_outs_whose_both_ends_were_seen_count() -> None:
    assert sell_outs(stock((0, 5), (1, 0))) == []
    assert sell_outs(stock((0, 0), (1, 5))) == []
    assert sell_outs(stock((0, 0), (1, 5), (2, None), (3, 5), (4, 0))) == []
    assert sell_outs(stock((0, 0), (1, None), (2, 5), (3, 0))) == []


def test_the_share_in_stock_is_of_the_known_time_only() -> None:
    readings = stock((0, 5), (1, 0), (2, None), (4, 5))
    assert in_stock_share(readings, window(0, 5)) == pytest.approx(2 / 3)
    assert known_share(readings, window(0, 5)) == pytest.approx(3 / 5)
    assert in_stock_share(stock((0, None)), window(0, 5)) is None
    assert known_share(readings, window(5, 5)) is None


def test_while_the_shop_could_not_be_read_nothing_is_known() -> None:
    readings = with_gaps(stock((0, 5), (3, 0)), [window(1, 2)])
    assert in_stock_share(readings, window(0, 4)) == pytest.approx(2 / 3)


def test_what_the_first_look_after_an_outage_shows_has_no_known_beginning() -> None:
    readings = with_gaps(stock((0, 0), (2, 5), (3, 0)), [window(1, 2)])
    assert sell_outs(readings) == []
    assert restock_pattern(readings, UTC_ZONE) == [[0] * 24] * 7


def test_an_outage_before_the_first_reading_changes_nothing() -> None:
    readings = stock((3, 5))
    assert in_stock_share(with_gaps(readings, [window(0, 1)]), window(0, 4)) == 1


def test_two_o_clock_stays_two_o_clock_when_clocks_change() -> None:
    zone = ZoneInfo("Europe/Berlin")
    clocks = [datetime(2026, 3, 26, 14, tzinfo=zone), datetime(2026, 4, 2, 14, tzinfo=zone)]
    readings = []
    for at in clocks:
        came = at.astimezone(UTC)
        readings += [
            Reading(came - timedelta(hours=5), 0, False),
            Reading(came, 5, True, 5),
        ]
    pattern = restock_pattern(readings, zone)
    assert pattern[3][14] == 2  # Thursday
    assert sum(map(sum, pattern)) == 2
    utc = restock_pattern(readings, UTC_ZONE)
    assert (utc[3][13], utc[3][12]) == (1, 1)


def test_the_hour_that_comes_twice_counts_both_times() -> None:
    zone = ZoneInfo("Europe/Berlin")
    night = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    readings = [
        Reading(night - timedelta(hours=1), 1, True),
        Reading(night, 2, True, 1),
        Reading(night + timedelta(hours=1), 3, True, 1),
    ]
    assert restock_pattern(readings, zone)[6][2] == 2


def test_a_first_price_is_no_change_and_a_currency_is() -> None:
    def priced(day: float, price: str | None, currency: str) -> Reading:
        return Reading(
            moment(day), price=None if price is None else Decimal(price), currency=currency
        )

    readings = [
        priced(0, None, ""), priced(1, "5", "USD"), priced(2, None, ""), priced(3, "5", "USD"),
        priced(4, "6", "USD"), priced(5, "6", "EUR"),
    ]  # fmt: skip
    changes = price_changes(readings)
    assert [(one.at, one.before, one.after) for one in changes] == [
        (moment(4), Decimal(5), Decimal(6)),
        (moment(5), Decimal(6), Decimal(6)),
    ]


# --- Forecast ------------------------------------------------------------------------------


def test_stock_lasts_as_long_as_it_sold_until_now() -> None:
    readings = stock((0, 20), (1, 18), (2, 16), (3, 14), (4, 12))
    found = forecast(readings, window(0, 4))
    assert (found.reason, found.per_day, found.days) == ("", 2.0, 6.0)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 6 < found.high


def test_time_in_which_nothing_could_be_sold_does_not_slow_the_rate() -> None:
    readings = stock((0, 6), (1, 4), (2, 2), (3, 0), (7, 10))
    assert forecast(readings, window(0, 7)).per_day == 2


def test_bigger_lumps_make_the_forecast_less_certain() -> None:
    def width(found: Forecast) -> float:
        assert found.low is not None
        assert found.high is not None
        return found.high / found.low

    single = forecast(stock(*((n, 30 - n) for n in range(13))), window(0, 12))
    lumps = forecast(stock(*((n, 30 - n // 4 * 4) for n in range(0, 13, 4))), window(0, 12))
    assert single.days == lumps.days == 18
    assert width(lumps) > width(single) * 1.5


@pytest.mark.parametrize(
    ("readings", "reason"),
    [
        ([], "no_number"),
        (stock((0, None)), "no_number"),
        ([Reading(START, None, True, is_unlimited=True)], "no_number"),
        (stock((0, 5), (1, 4), (2, 3), (3, 0)), "sold_out"),
        (stock((0, 9), (1, 7), (2, 6)), "too_little"),
        (stock((3.5, 9), (3.6, 8), (3.7, 7), (3.8, 6)), "too_little"),
        (stock((0, 9)), "nothing_sold"),
    ],
)
def test_without_grounds_there_is_no_forecast_but_a_reason(
    readings: list[Reading], reason: str
) -> None:
    found = forecast(readings, window(0, 4))
    assert found.reason == reason
    assert (found.days, found.low, found.high) == (None, None, None)


def test_what_lies_after_the_last_look_or_before_the_window_is_not_sold_in_it() -> None:
    readings = stock((0, 30), (1, 20), (3, 19), (4, 18), (5, 17), (9, 5))
    assert forecast(readings, window(2, 5)).per_day == 1
    assert forecast(readings, window(1, 5)).per_day == 0.75  # what fell at 1 was sold before


@pytest.mark.once
@pytest.mark.bulk
def test_in_four_cases_of_five_the_stock_lasts_as_long_as_foretold() -> None:
    """Sales by chance, watched for 20 days; then played on until the stock is gone."""
    dice = random.Random(7)
    hits = tries = 0
    for _ in range(400):
        number = dice.randint(30, 60)
        rate = dice.uniform(0.5, 1.2)
        left, day, steps = number, 0.0, [(0.0, number)]
        while (day := day + dice.expovariate(rate)) < 20 and left > 1:
            left -= 1
            steps.append((day, left))
        found = forecast(stock(*steps), window(0, 20))
        if found.low is None or found.high is None:
            continue
        gone = sum(dice.expovariate(rate) for _ in range(left))
        hits += found.low <= gone <= found.high
        tries += 1
    assert tries > 350
    assert 0.74 <= hits / tries <= 0.88


# --- All of it -----------------------------------------------------------------------------


def test_a_monitor_that_was_never_read_has_no_statistics_at_all() -> None:
    found = statistics_of([], since=START, now=moment(1), read_until=None, unread=[], zone=UTC_ZONE)
    assert found.day == found.week == found.month == Flow(None, None)
    assert (found.sell_out_mean, found.in_stock_share, found.known_share) == (None, None, None)
    assert found.forecast.reason == "no_number"


def test_what_held_before_the_window_makes_a_step_into_it() -> None:
    readings = stock((0, 0), (2, 5), (3, 0))
    found = statistics_of(
        readings, since=moment(1), now=moment(4), read_until=moment(4), unread=[], zone=UTC_ZONE
    )
    assert found.sell_out_median == timedelta(days=1)
    assert found.restocks[2][0] == 1
    assert found.in_stock_share == pytest.approx(1 / 3)
