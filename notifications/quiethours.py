"""Pure: hours in which nobody wants to be disturbed, by the clock on their wall."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

ROUNDS = 4
"""Spans that are looked through for an end: more only happens when they leave no time at all."""


class QuietHours(NamedTuple):
    """Every day from `start` to `end` by the clock of `zone`, over midnight when `end` is earlier.
    Equal ends are no span: quiet for ever would tell nobody anything."""

    start: time
    end: time
    zone: ZoneInfo


def quiet_until(moment: datetime, spans: Sequence[QuietHours]) -> datetime | None:
    """When the quiet that holds at `moment` ends, in UTC; None when it is not quiet.

    Several spans (of a channel and of its person) make one when they touch. Spans that leave no
    time of the day free end with the last one looked at: held for ever is never told.
    """
    end: datetime | None = None
    for _ in range(ROUNDS):
        ends = [found for span in spans if (found := _end_of(span, end or moment))]
        if not ends:
            break
        end = max(ends)
    return end


def _end_of(span: QuietHours, moment: datetime) -> datetime | None:
    """Asks for the span that began yesterday, too."""
    if span.start == span.end:
        return None
    today = moment.astimezone(span.zone).date()
    for first in (today - timedelta(days=1), today):
        last = first + timedelta(days=1) if span.end < span.start else first
        begin = min(_readings(first, span.start, span.zone))
        end = max(_readings(last, span.end, span.zone))
        if begin <= moment < end:
            return end
    return None


def _readings(day: date, clock: time, zone: ZoneInfo) -> list[datetime]:
    """What a time of the day may mean. In the nights in which clocks change some times come twice
    or never: then these are two moments. Quiet takes the earlier one to begin and the later one to
    end, so it gets longer by that hour and never shorter, and a night is never cut in two."""
    wall = datetime.combine(day, clock, zone)
    return [wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)]
