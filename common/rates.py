"""Pure: a limit like 600/minute, and how much of it is left in a sliding window."""

from __future__ import annotations

import math
from typing import NamedTuple, Self

SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}


class Rate(NamedTuple):
    """`limit` requests in any `unit`."""

    limit: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """`600/minute`; None for `off`. Raises ValueError."""
        if text.strip().lower() == "off":
            return None
        count, _, unit = (part.strip() for part in text.partition("/"))
        if int(count) < 1 or unit not in SECONDS:
            raise ValueError(text)
        return cls(int(count), unit)

    @property
    def seconds(self) -> int:
        return SECONDS[self.unit]

    def __str__(self) -> str:
        requests = "request" if self.limit == 1 else "requests"
        return f"{self.limit:,} {requests} {'an' if self.unit == 'hour' else 'a'} {self.unit}"


class Used(NamedTuple):
    """What was taken in the window with this number and in the one before."""

    window: int
    now: int
    before: int


def take(rate: Rate, used: Used | None, moment: float) -> tuple[Used, int]:
    """(what to remember, seconds to wait): 0 when there was room, and then one is taken.

    The window before counts by the share of it that still lies within the last `rate.seconds`.
    What is refused is not counted: who keeps asking gets in as soon as there is room.
    """
    window = int(moment // rate.seconds)
    used = _moved(used, window)
    passed = moment - window * rate.seconds
    weight = used.before * (1 - passed / rate.seconds)
    if weight + used.now < rate.limit:
        return used._replace(now=used.now + 1), 0
    if used.now >= rate.limit:
        until = float(rate.seconds)  # the next window
    else:
        until = rate.seconds * (1 - (rate.limit - used.now) / used.before)
    return used, max(0, math.floor(until - passed)) + 1  # just after, when there is room


def _moved(used: Used | None, window: int) -> Used:
    if used is None or used.window < window - 1 or used.window > window:
        return Used(window, 0, 0)
    return used if used.window == window else Used(window, 0, used.now)
