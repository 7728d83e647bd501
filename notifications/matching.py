"""Pure: which events go to which Channel, and which of them travel together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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

BATCH_MAX = 15
"""Events of one message: keeps a batch below 20 kB as a webhook and 4,096 characters as a chat."""

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
    flags: Mapping[str, bool]
    """The notify_* switches of its Monitor; empty without one."""


class Rule(NamedTuple):
    """A Subscription of a usable Channel. Empty sets of websites and monitors mean all, or none
    when it `is_scoped`: what it named is deleted."""

    channel_id: int
    team_id: int
    time_zone: str
    event_types: frozenset[str]
    website_ids: frozenset[int]
    monitor_ids: frozenset[int]
    digest: str
    is_scoped: bool = False


class Group(NamedTuple):
    """Events that make one message of a Channel. `release_at` is None for "at once"."""

    channel_id: int
    key: str
    notification_type: str
    event_ids: tuple[int, ...]
    release_at: datetime | None


def is_announced(event: Event) -> bool:
    """False when the Monitor's switch for this kind of event is off."""
    return event.flags.get(FLAG_OF.get(event.event_type, ""), True)


def is_match(rule: Rule, event: Event) -> bool:
    """Team, kind of event and scope fit. Naming websites and monitors means either of them."""
    if rule.team_id != event.team_id:
        return False
    in_all = ALL_EVENTS in rule.event_types and event.event_type not in NOT_IN_ALL
    if not in_all and event.event_type not in rule.event_types:
        return False
    if not (rule.is_scoped or rule.website_ids or rule.monitor_ids):
        return True
    return event.website_id in rule.website_ids or event.monitor_id in rule.monitor_ids


def group_events(
    events: Sequence[Event],
    rules: Iterable[Rule],
    *,
    now: datetime,
    already: frozenset[tuple[int, int]] = frozenset(),
) -> list[Group]:
    """The messages owed for `events`, each event once per Channel however many rules match.

    Of several rules of a Channel the most urgent one decides. `already` holds (channel id, event
    id) pairs that have a message. Keys are the same whenever and wherever the same events are
    planned: `e<event>`, `p<poll>:<first event>`, `h<hour>` and `d<day>` for digests.
    """
    chosen: dict[tuple[int, int], Rule] = {}
    by_id = {event.id: event for event in events if is_announced(event)}
    for rule in rules:
        for event in by_id.values():
            pair = (rule.channel_id, event.id)
            if pair in already or not is_match(rule, event):
                continue
            held = chosen.get(pair)
            if held is None or URGENCY.index(rule.digest) < URGENCY.index(held.digest):
                chosen[pair] = rule
    groups: list[Group] = []
    for (channel_id, _, _), pairs in _bundles(chosen, by_id, now).items():
        groups += _messages(channel_id, [by_id[event_id] for event_id, _ in pairs], pairs[0][1])
    return groups


class _When(NamedTuple):
    key: str
    release_at: datetime | None


def _bundles(
    chosen: Mapping[tuple[int, int], Rule], by_id: Mapping[int, Event], now: datetime
) -> dict[tuple[int, str, int], list[tuple[int, _When]]]:
    """(channel, bundle, website) -> [(event id, when)], in the order of the events."""
    bundles: dict[tuple[int, str, int], list[tuple[int, _When]]] = {}
    for (channel_id, event_id), rule in sorted(chosen.items(), key=lambda item: item[0]):
        event = by_id[event_id]
        release_at = release_time(rule.digest, now, rule.time_zone)
        if release_at is not None:
            key = f"{rule.digest[0]}{release_at:%Y%m%dT%H%M}"
            bundle = (channel_id, key, 0)
        elif event.poll_run_id is not None:
            key = f"p{event.poll_run_id}"
            bundle = (channel_id, key, event.website_id)
        else:
            key = f"e{event_id}"
            bundle = (channel_id, key, event.website_id)
        bundles.setdefault(bundle, []).append((event_id, _When(key, release_at)))
    return bundles


def _messages(channel_id: int, events: Sequence[Event], when: _When) -> list[Group]:
    if when.release_at is not None:
        ids = tuple(event.id for event in events)
        return [Group(channel_id, when.key, "digest", ids, when.release_at)]
    groups = []
    for start in range(0, len(events), BATCH_MAX):
        part = events[start : start + BATCH_MAX]
        first = part[0]
        is_single = len(part) == 1
        groups.append(
            Group(
                channel_id,
                f"e{first.id}" if is_single else f"{when.key}:{first.id}",
                first.event_type if is_single else "batch",
                tuple(event.id for event in part),
                None,
            )
        )
    return groups


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
