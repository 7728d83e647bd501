"""Pure: which events go to which Channel, and when digests leave."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from notifications.quiethours import QuietHours

ALL_EVENTS = "*"

NOT_IN_ALL = frozenset({"alert_opened", "alert_resolved", "snapshot_quarantined"})
"""Event types that `*` does not stand for: they repeat what another event says already."""

FLAG_OF = {
    "restocked": "notify_on_restock",
    "stock_increased": "notify_on_restock",
    "stock_decreased": "notify_on_purchase",
    "sold_out": "notify_on_sold_out",
    "threshold_breach_low": "notify_on_threshold",
    "threshold_breach_high": "notify_on_threshold",
    "threshold_recovered": "notify_on_threshold",
    "price_changed": "notify_on_price",
}
"""Event type -> the switch of its Monitor. Other types cannot be switched off there."""

ALERT_FLAG_OF = {
    "low": "notify_on_threshold",
    "high": "notify_on_threshold",
    "out_of_stock": "notify_on_sold_out",
}
"""Kind of alert -> the same, for all it is opened, reminded and resolved with."""

ON_CARD = frozenset({"stock_increased", "stock_decreased", "price_changed"})
"""Event types that are no message where a live card of the monitor shows the new state already."""

URGENCY = ("now", "hourly", "daily")
DAILY_HOUR = 9


class Event(NamedTuple):
    """What matching must know of a MonitorHistory row."""

    id: int
    team_id: int
    website_id: int
    monitor_id: int | None
    poll_run_id: int | None
    event_type: str
    created_at: datetime
    flags: Mapping[str, bool]
    """The notify_* switches of its Monitor; empty without one."""
    owner_id: int | None = None
    """Person its Monitor belongs to."""
    suppressed: str = ""
    labels: frozenset[str] = frozenset()
    """Of its website and its monitor."""
    alert_kind: str = ""
    """Of the alert on whose time line it is."""


class Rule(NamedTuple):
    """A Subscription of a usable Channel. Empty sets of websites and monitors mean all, or none
    when it `is_scoped`: what it named is deleted. `quiet` are the hours of the channel and of the
    person `user_id` it belongs to."""

    channel_id: int
    team_id: int
    time_zone: str
    event_types: frozenset[str]
    website_ids: frozenset[int]
    monitor_ids: frozenset[int]
    digest: str
    is_scoped: bool = False
    is_only_own: bool = False
    user_id: int | None = None
    channel_kind: str = ""
    quiet: tuple[QuietHours, ...] = ()
    card_monitor_ids: frozenset[int] = frozenset()
    """Monitors whose stock and price the channel always shows on a live card."""


Pair = tuple[int, int]
"""(channel id, event id)"""


def is_announced(event: Event) -> bool:
    """False when the Monitor's switch for this kind of event is off."""
    flag = FLAG_OF.get(event.event_type, "")
    if event.event_type.startswith("alert_"):
        flag = ALERT_FLAG_OF.get(event.alert_kind, "")
    return event.flags.get(flag, True)


def is_match(rule: Rule, event: Event) -> bool:
    """Team, kind of event, owner and scope fit, and no card shows it. Naming websites and monitors
    means either."""
    if rule.team_id != event.team_id:
        return False
    in_all = ALL_EVENTS in rule.event_types and event.event_type not in NOT_IN_ALL
    if not in_all and event.event_type not in rule.event_types:
        return False
    if rule.is_only_own and not _is_own(rule, event):
        return False
    if event.event_type in ON_CARD and event.monitor_id in rule.card_monitor_ids:
        return False
    if not (rule.is_scoped or rule.website_ids or rule.monitor_ids):
        return True
    return event.website_id in rule.website_ids or event.monitor_id in rule.monitor_ids


def _is_own(rule: Rule, event: Event) -> bool:
    """Theirs or nobody's. Whose a deleted monitor was nobody knows: what became of its alert is
    told to no person."""
    is_of_deleted = event.monitor_id is None and event.alert_kind not in ("", "unreachable")
    return event.owner_id in (None, rule.user_id) and not is_of_deleted


def choose(
    events: Sequence[Event], rules: Iterable[Rule], *, already: frozenset[Pair] = frozenset()
) -> dict[Pair, Rule]:
    """Every pair of channel and event that is owed a message, and the rule that decides how.

    Of several rules of a Channel the most urgent one decides. `already` are pairs that have one.
    """
    chosen: dict[Pair, Rule] = {}
    announced = [event for event in events if is_announced(event)]
    for rule in rules:
        for event in announced:
            pair = (rule.channel_id, event.id)
            if pair in already or not is_match(rule, event):
                continue
            held = chosen.get(pair)
            if held is None or URGENCY.index(rule.digest) < URGENCY.index(held.digest):
                chosen[pair] = rule
    return chosen


def release_time(digest: str, now: datetime, zone_name: str) -> datetime | None:
    """When a digest leaves, in UTC: the next full hour or the next 09:00 of the team's zone."""
    if digest == "now":
        return None
    local = now.astimezone(zone_of(zone_name))
    if digest == "hourly":
        hour = local.replace(minute=0, second=0, microsecond=0)
        return hour.astimezone(UTC) + timedelta(hours=1)
    morning = local.replace(hour=DAILY_HOUR, minute=0, second=0, microsecond=0)
    if morning <= local:
        morning = (morning + timedelta(days=1)).replace(fold=0)
    return morning.astimezone(UTC)


def zone_of(name: str) -> ZoneInfo:
    """UTC for a name that is no zone: a typing error must not hold messages back."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
