"""Pure: is what an event told already over?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

OVER = {
    "restocked": frozenset({"sold_out"}),
    "sold_out": frozenset({"restocked"}),
    "threshold_breach_low": frozenset({"threshold_recovered", "threshold_breach_high"}),
    "threshold_breach_high": frozenset({"threshold_recovered", "threshold_breach_low"}),
    "threshold_recovered": frozenset({"threshold_breach_low", "threshold_breach_high"}),
    "website_unreachable": frozenset({"website_recovered"}),
    "website_recovered": frozenset({"website_unreachable"}),
    "alert_opened": frozenset({"alert_resolved"}),
    "alert_resolved": frozenset({"alert_opened"}),
    "alert_reminder": frozenset({"alert_resolved", "alert_acknowledged"}),
}
"""Event type -> what ends it. Other types tell of something that stays true."""

AGAIN = {"alert_reminder": frozenset({"alert_reminder", "alert_opened"})}
"""Event type -> what makes it true again, where that is not just the type itself."""


WANTED = frozenset(OVER) | frozenset().union(*OVER.values())
"""Everything that may end or repeat something."""


class Told(NamedTuple):
    """An event as this question needs it. `about` is ("monitor" or "website", id), and
    `cause` the kind of alert: episodes of different kinds do not end each other."""

    id: int
    event_type: str
    about: tuple[str, int]
    cause: str
    is_suppressed: bool


def is_overtaken(event: Told, others: Iterable[Told]) -> bool:
    """What it said ended, or a later event says the same.

    The last event after it decides. One that says the same but is suppressed (people were told
    within a day) takes nothing over: then this is the only message that tells how it is now.
    """
    over = OVER.get(event.event_type)
    if over is None:
        return False
    wanted = over | AGAIN.get(event.event_type, frozenset({event.event_type}))
    later = [
        one
        for one in others
        if one.id > event.id
        and one.event_type in wanted
        and (one.about, one.cause) == (event.about, event.cause)
    ]
    if not later:
        return False
    last = max(later, key=lambda one: one.id)
    if last.event_type in over:
        return True
    return last.event_type == event.event_type and not last.is_suppressed
