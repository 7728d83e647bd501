"""Pure: how long the stock lasts.

Method. The rate is what was sold in the last 30 days by the time it was in stock with a number: what
is sold out cannot sell. The stock lasts `quantity / rate` days of being in stock. Sales are taken as a
Poisson process in lumps: their variance is `spread` times their mean. `spread` is the largest of 1,
the lump size that counts (sum of squares of the falls by their sum), and Pearson's statistic of the
sales of single days. The logarithm of the days left then has the variance
`spread * (1 / sold + 1 / quantity)`: the first part is what we do not know about the rate, the second
is the chance in the sales to come. `low` and `high` are the 10 % and 90 % points: in four cases of
five the stock lasts that long, if it goes on selling as it did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, exp, sqrt
from typing import NamedTuple

from monitoring.statistics.readings import NOTHING, Reading, Window, stretches

DAY = timedelta(days=1)
SPAN = timedelta(days=30)
CONFIDENCE = 0.8
Z = 1.2816
"""Of the normal distribution: 80 % lie within so many deviations of the middle."""

FALLS_NEEDED = 3
TIME_NEEDED = DAY

NO_NUMBER = "no_number"
SOLD_OUT = "sold_out"
TOO_LITTLE = "too_little"
NOTHING_SOLD = "nothing_sold"


class Forecast(NamedTuple):
    """`days`, `low` and `high` are None when `reason` says why there is no forecast: no_number (unknown
    or unlimited), sold_out, too_little (less than a day of known stock, or fewer than three falls),
    nothing_sold. `per_day` is pieces sold in a day of being in stock, None when too little is known."""

    reason: str = ""
    per_day: float | None = None
    days: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(slots=True)
class _Day:
    """24 hours: pieces sold, and how much of that time something could be sold."""

    sold: int = 0
    time: timedelta = NOTHING

    @property
    def open(self) -> float:
        """The share of the day."""
        return self.time / DAY


def forecast(readings: Sequence[Reading], window: Window) -> Forecast:
    """`readings` come oldest first, the last one tells the stock of now. `window` ends with the last
    good look at the shop."""
    falls = [
        (one.at, -one.delta)
        for one in readings
        if one.delta is not None and one.delta < 0 and window.since < one.at <= window.until
    ]
    days = _days(readings, falls, window)
    sold = sum(fall for _, fall in falls)
    time = sum((day.time for day in days), NOTHING)
    is_enough = time >= TIME_NEEDED and (len(falls) >= FALLS_NEEDED or not falls)
    rate = sold / (time / DAY) if is_enough else None
    now = readings[-1] if readings else Reading(window.until)
    if now.available is False:
        return Forecast(SOLD_OUT, rate)
    if now.available is None or now.quantity is None or now.quantity <= 0:
        return Forecast(NO_NUMBER, rate)
    if rate is None:
        return Forecast(TOO_LITTLE)
    if not sold:
        return Forecast(NOTHING_SOLD, rate)
    spread = max(1.0, sum(fall * fall for _, fall in falls) / sold, _pearson(days, rate))
    deviation = sqrt(spread * (1 / sold + 1 / now.quantity))
    left = now.quantity / rate
    return Forecast("", rate, left, left * exp(-Z * deviation), left * exp(Z * deviation))


def _pearson(days: Sequence[_Day], rate: float) -> float:
    """How much more the sales of single days differ than chance alone lets them; 1 is chance."""
    open_days = [day for day in days if day.open]
    if len(open_days) < 2:
        return 1.0
    misses = ((day.sold - rate * day.open) ** 2 / (rate * day.open) for day in open_days)
    return sum(misses) / (len(open_days) - 1)


def _days(
    readings: Sequence[Reading], falls: Sequence[tuple[datetime, int]], window: Window
) -> list[_Day]:
    """The window in pieces of 24 hours, counted back from its end. A fall belongs to the time before
    it: somewhere in there it was sold."""
    until = window.until
    days = [_Day() for _ in range(max(ceil((until - window.since) / DAY), 0))]
    for at, fall in falls:
        days[(until - at) // DAY].sold += fall
    for one in stretches(readings, window):
        if not one.available or one.quantity is None:
            continue
        end = one.end
        while end > one.start:
            number = (until - end) // DAY
            start = max(one.start, until - (number + 1) * DAY)
            days[number].time += end - start
            end = start
    return days
