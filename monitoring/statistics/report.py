"""Pure: everything the page of a Monitor says about its past and its next days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean, median
from zoneinfo import ZoneInfo

from monitoring.statistics.flows import Flow, PriceChange, flow, price_changes
from monitoring.statistics.forecast import SPAN, Forecast, forecast
from monitoring.statistics.readings import (
    Reading,
    Window,
    in_stock_share,
    known_share,
    with_gaps,
)
from monitoring.statistics.rhythm import Pattern, restock_pattern, sell_outs

DAY, WEEK, MONTH, SEASON = (timedelta(days=days) for days in (1, 7, 30, 90))


@dataclass(frozen=True, slots=True)
class Statistics:
    """`since` to `until` is what was looked at: at most 90 days, up to the last good read. `day`, `week`
    and `month` count back from now; shares are of the last 30 days of that. Unknown is None."""

    since: datetime
    until: datetime
    day: Flow
    week: Flow
    month: Flow
    sell_outs: int
    sell_out_mean: timedelta | None
    sell_out_median: timedelta | None
    in_stock_share: float | None
    known_share: float | None
    restocks: Pattern
    forecast: Forecast
    prices: list[PriceChange]


def statistics_of(
    readings: Sequence[Reading],
    *,
    since: datetime,
    now: datetime,
    read_until: datetime | None,
    unread: Sequence[Window],
    zone: ZoneInfo,
) -> Statistics:
    """`readings` oldest first, perhaps with one from before `since` that says what held then; `unread`
    are stretches in which the shop could not be read. `read_until` None stands for: never read."""
    until = max(min(now, read_until), since) if read_until is not None else since
    known = with_gaps(readings, unread)
    lately = Window(max(since, until - MONTH), until)
    lengths = [one.total_seconds() for one in sell_outs(_inside(known, since))]

    def flow_of(length: timedelta) -> Flow:
        return flow(readings, Window(max(since, now - length), until))

    return Statistics(
        since=since,
        until=until,
        day=flow_of(DAY),
        week=flow_of(WEEK),
        month=flow_of(MONTH),
        sell_outs=len(lengths),
        sell_out_mean=timedelta(seconds=fmean(lengths)) if lengths else None,
        sell_out_median=timedelta(seconds=median(lengths)) if lengths else None,
        in_stock_share=in_stock_share(known, lately),
        known_share=known_share(known, lately),
        restocks=restock_pattern(_inside(known, since), zone),
        forecast=forecast(readings, Window(max(since, until - SPAN), until)),
        prices=[one for one in price_changes(readings) if one.at >= since],
    )


def _inside(readings: Sequence[Reading], since: datetime) -> list[Reading]:
    """Those of the window, and before them what held when it began: a step into the window counts."""
    before = [one._replace(delta=None) for one in readings if one.at < since][-1:]
    return [*before, *(one for one in readings if one.at >= since)]
