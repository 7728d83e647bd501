"""The statistics of a Monitor as a person reads them: numbers with their unit, reasons as sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import get_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.display import span_text
from common.texts import Text, joined
from monitoring.admin.chartaxes import number_text
from monitoring.statistics import forecast as reasons
from monitoring.statistics.flows import PriceChange
from monitoring.statistics.forecast import Forecast
from monitoring.statistics.report import Statistics
from monitoring.statistics.rhythm import Pattern

LONGEST = 365
MOST_PRICES = 5
USUAL_COUNT, USUAL_SHARE = 3, 0.4
"""An hour is called usual from so many arrivals on, if it has such a share of them all."""

WHY_NO_FORECAST: dict[str, tuple[Text, Text]] = {
    reasons.NO_NUMBER: (_("No forecast"), _("The shop shows no number for it.")),
    reasons.SOLD_OUT: (_("Sold out"), ""),
    reasons.TOO_LITTLE: (
        _("No forecast yet"),
        _("It takes a day of known stock and three sales."),
    ),
    reasons.NOTHING_SOLD: (_("No end in sight"), _("Nothing was sold lately.")),
}
"""Reason -> (heading, sentence)."""


class Cell(NamedTuple):
    """An hour of the week. `level` is 0 (none) to 4 (the most)."""

    seen: int
    level: int
    title: str


class FlowRow(NamedTuple):
    """Pieces in 24 hours, 7 days and 30 days; a dash where no number was known."""

    name: str
    day: str
    week: str
    month: str


@dataclass(frozen=True, slots=True)
class Panel:
    """What the page shows; texts are empty where nothing is known."""

    lasts: str
    lasts_more: str
    flows: list[FlowRow]
    sell_out: str
    sell_out_more: str
    share: str
    share_more: str
    share_percent: int
    week: list[tuple[str, list[Cell]]]
    usual: str
    prices: list[PriceChange]
    looked_at: str


def panel_of(found: Statistics, *, zone_name: str) -> Panel:
    lasts, lasts_more = forecast_words(found.forecast)
    sell_out, sell_out_more = _sell_out(found)
    share = found.in_stock_share
    known = found.known_share
    length = found.until - found.since
    return Panel(
        lasts=lasts,
        lasts_more=lasts_more,
        flows=[
            FlowRow(
                gettext("Sold"),
                *(_pieces(one.sold) for one in (found.day, found.week, found.month)),
            ),
            FlowRow(
                gettext("Came in"),
                *(_pieces(one.restocked) for one in (found.day, found.week, found.month)),
            ),
        ],
        sell_out=sell_out,
        sell_out_more=sell_out_more,
        share="" if share is None else f"{share:.0%}",
        share_more=""
        if known is None
        else gettext("Its stock was known %(share)s of the time.") % {"share": f"{known:.0%}"},
        share_percent=round(100 * (share or 0)),
        week=_week(found.restocks),
        usual=_usual(found.restocks, zone_name),
        prices=found.prices[: -MOST_PRICES - 1 : -1],
        looked_at=length_words(length) if length > timedelta(0) else "",
    )


def forecast_words(found: Forecast) -> tuple[str, str]:
    """("Lasts about 3 days (2 to 6)", how sure that is), or (why not, the rate if it is known)."""
    rate = ""
    if found.per_day is not None:
        rate = gettext("It sells %(rate)s while in stock.") % {"rate": _rate(found.per_day)}
    if found.days is None or found.low is None or found.high is None:
        heading, why = WHY_NO_FORECAST[found.reason]
        return str(heading), joined(str(why), rate if found.per_day else "")
    if found.low > LONGEST:
        return gettext("Lasts more than a year"), rate
    if found.days < 1 / 24:
        return gettext("Lasts less than an hour"), rate
    in_hours = found.days < 2
    size = 1 / 24 if in_hours else 1.0
    numbers = [_rounded(one / size) for one in (found.days, found.low, found.high)]
    words, sure = _lasts_hours(numbers[0]) if in_hours else _lasts_days(numbers[0])
    told = dict(zip(("number", "low", "high"), map(_count, numbers), strict=True))
    return words % told, joined(rate, sure % told)


def _lasts_hours(number: int) -> tuple[str, str]:
    return (
        ngettext(
            "Lasts about %(number)s hour (%(low)s to %(high)s)",
            "Lasts about %(number)s hours (%(low)s to %(high)s)",
            number,
        ),
        gettext("In four cases of five it lasts between %(low)s and %(high)s hours."),
    )


def _lasts_days(number: int) -> tuple[str, str]:
    return (
        ngettext(
            "Lasts about %(number)s day (%(low)s to %(high)s)",
            "Lasts about %(number)s days (%(low)s to %(high)s)",
            number,
        ),
        gettext("In four cases of five it lasts between %(low)s and %(high)s days."),
    )


def length_words(length: timedelta) -> str:
    """In the unit people would say: "40 min", "5.5 h", "3.2 d"."""
    hours = length.total_seconds() / 3600
    if hours < 1:
        return span_text(length.total_seconds())
    if hours < 48:
        return gettext("%(number)s h") % {"number": _short(hours)}
    return gettext("%(number)s d") % {"number": _short(hours / 24)}


def _rate(per_day: float) -> str:
    if per_day >= 10:
        return gettext("%(number)s a day") % {"number": number_text(round(per_day))}
    if per_day >= 1:
        return gettext("%(number)s a day") % {"number": _short(per_day)}
    if per_day * 7 >= 1:
        return gettext("%(number)s a week") % {"number": _short(per_day * 7)}
    return gettext("less than one a week")


def _short(number: float) -> str:
    text = f"{number:.1f}".removesuffix(".0")
    return text.replace(".", str(get_format("DECIMAL_SEPARATOR")))


def _rounded(number: float) -> int:
    """Two digits are as much as a forecast is worth. 0 is less than one."""
    if number >= 100:
        return int(round(number, -1))
    return max(round(number), 1) if number >= 1 else 0


def _count(number: int) -> str:
    return number_text(number) if number else gettext("less than 1")


def _pieces(number: int | None) -> str:
    return "–" if number is None else number_text(number)


def _sell_out(found: Statistics) -> tuple[str, str]:
    if found.sell_out_mean is None or found.sell_out_median is None:
        return "", ""
    text = ngettext(
        "from restock to sold out (median; average %(mean)s), seen once.",
        "from restock to sold out (median; average %(mean)s), seen %(number)d times.",
        found.sell_outs,
    )
    told = {"mean": length_words(found.sell_out_mean), "number": found.sell_outs}
    return length_words(found.sell_out_median), text % told


def _week(pattern: Pattern) -> list[tuple[str, list[Cell]]]:
    """Empty when nothing came in."""
    most = max(max(hours) for hours in pattern)
    if not most:
        return []
    return [
        (
            str(day),
            [
                Cell(count, -(-4 * count // most), f"{day} {_hours(hour)}: {count}")
                for hour, count in enumerate(hours)
            ],
        )
        for day, hours in zip(WEEKDAYS_ABBR.values(), pattern, strict=True)
    ]


def _usual(pattern: Pattern, zone_name: str) -> str:
    """An hour of the week that stands out, else an hour of the day."""
    total = sum(map(sum, pattern))
    week = [
        (count, f"{day} {_hours(hour)}")
        for day, hours in zip(WEEKDAYS_ABBR.values(), pattern, strict=True)
        for hour, count in enumerate(hours)
    ]
    days = [(sum(counts), _hours(hour)) for hour, counts in enumerate(zip(*pattern, strict=True))]
    zone = gettext("Times of %(zone)s.") % {"zone": zone_name}
    for hours in (week, days):
        most, when = max(hours, key=lambda one: one[0])
        if most >= max(USUAL_COUNT, total * USUAL_SHARE):
            text = gettext("Most often %(when)s (%(most)d of %(total)d).")
            return joined(text % {"when": when, "most": most, "total": total}, zone)
    return joined(gettext("No hour stands out."), zone)


def _hours(hour: int) -> str:
    return f"{hour:02d}:00–{(hour + 1) % 24:02d}:00"
