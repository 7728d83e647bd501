"""Pure: what becomes of every pair of channel and event: sent at once, held for a while, dropped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from monitoring.silencing import Hush, Sound, silence_of
from notifications.choices import DropCode, Gathered
from notifications.matching import Event, Pair, Rule, release_time, zone_of
from notifications.quiethours import quiet_until

BATCH_MAX = 15
"""Events of one message to a program: keeps a webhook below 20 kB. People get one message however
many there are: it lists the first ones and counts the others."""

PROGRAMS = frozenset({"webhook"})
"""Kinds of channels whose receivers need every single event."""

NOISE = frozenset(
    {"stock_increased", "stock_decreased", "price_changed", "product_new", "product_missing"}
    | {"product_renamed", "product_moved"}
)
"""Event types that wait a little when their monitor was in a message just now."""

REMINDER = "alert_reminder"
GATHER_SECONDS = 10
"""Reminders wait so long for the others of their scan: nobody hurries for one."""

NOT_TOLD = frozenset({"baseline"})
"""Suppressed like this an event leaves no trace at a channel: every first reading would."""


class Group(NamedTuple):
    """Events that make one message of a Channel. `release_at` is None for "at once". With a
    `drop_code` nobody gets it, and `reason` says why."""

    channel_id: int
    key: str
    notification_type: str
    event_ids: tuple[int, ...]
    release_at: datetime | None = None
    drop_code: str = ""
    reason: str = ""


class OpenBurst(NamedTuple):
    """A held message of a channel that takes more of its burst in."""

    key: str
    release_at: datetime


class Situation(NamedTuple):
    """What grouping must know beside events and rules. `told_at`: when a channel last had a message
    about a monitor, by (channel id, monitor id). `window` is zero to hold no bursts."""

    now: datetime
    window: timedelta = timedelta(0)
    hushes: Sequence[Hush] = ()
    told_at: Mapping[tuple[int, int], datetime] = {}
    bursts: Mapping[int, OpenBurst] = {}


class _When(NamedTuple):
    key: str
    notification_type: str
    release_at: datetime | None


def group_events(
    chosen: Mapping[Pair, Rule], events: Sequence[Event], situation: Situation
) -> list[Group]:
    """The messages owed for `chosen` pairs: each is in exactly one of them (none for a baseline).

    Keys are the same whenever and wherever the same events are planned: `e<event>`,
    `p<poll>:<first event>`, `c<time>:<first event>`, `h<hour>` and `d<day>` for digests, `a<minute>`
    for reminders, `q<end>` for quiet hours, `b<end>` for bursts, `x<first event>` for what is
    dropped.
    """
    by_id = {event.id: event for event in events}
    dropped: dict[tuple[int, str, str, str], list[int]] = {}
    bundles: dict[tuple[int, str, int], list[int]] = {}
    for pair in sorted(chosen):
        channel_id, event = pair[0], by_id[pair[1]]
        if event.suppressed in NOT_TOLD:
            continue
        bundle = _bundle(event)
        code, reason = _drop(event, chosen[pair], situation)
        if code:
            dropped.setdefault((channel_id, bundle, code, reason), []).append(event.id)
        elif chosen[pair].digest == "now":
            bundles.setdefault((channel_id, bundle, event.website_id), []).append(event.id)
        else:
            bundles.setdefault((channel_id, chosen[pair].digest, 0), []).append(event.id)
    return [
        *_owed(bundles, chosen, by_id, situation),
        *(
            Group(channel_id, f"x{ids[0]}", _type(ids, by_id), tuple(ids), None, code, reason)
            for (channel_id, _, code, reason), ids in dropped.items()
        ),
    ]


def _bundle(event: Event) -> str:
    """What it shares with the events that happened in the same step."""
    if event.event_type == REMINDER:
        return f"a{event.created_at:%Y%m%dT%H%M}"
    if event.poll_run_id is not None:
        return f"p{event.poll_run_id}"
    return f"c{event.created_at:%Y%m%dT%H%M%S%f}"


def _drop(event: Event, rule: Rule, situation: Situation) -> tuple[str, str]:
    """(code, sentence) of why a matching event is not told; empty when it is.

    What a Silence says is asked at the time of the event: the answer must not depend on how busy
    the workers are, and what happened while it held is not worth a message when it is over.
    """
    if event.suppressed:
        code = event.suppressed
        return code, DropCode(code).label if code in DropCode.values else "It was suppressed."
    if not situation.hushes:
        return "", ""
    sound = Sound(
        event.team_id, event.website_id, event.monitor_id, event.event_type, event.labels,
        event.created_at,
    )  # fmt: skip
    hush = silence_of(sound, situation.hushes)
    if hush is None:
        return "", ""
    until = hush.ends_at.astimezone(zone_of(rule.time_zone))
    by = f" by {hush.author}" if hush.author else ""
    return DropCode.SILENCED, f"Silenced{by} until {until:%Y-%m-%d %H:%M %Z}: {hush.reason}"


def _owed(
    bundles: Mapping[tuple[int, str, int], list[int]],
    chosen: Mapping[Pair, Rule],
    by_id: Mapping[int, Event],
    situation: Situation,
) -> list[Group]:
    groups: list[Group] = []
    held: dict[tuple[int, _When], list[int]] = {}
    told_at, bursts = dict(situation.told_at), dict(situation.bursts)
    for (channel_id, bundle, _), ids in bundles.items():
        rule, events = chosen[channel_id, ids[0]], [by_id[event_id] for event_id in ids]
        when = _when(channel_id, bundle, rule, events, situation, told_at, bursts)
        if when.release_at is not None:
            held.setdefault((channel_id, when), []).extend(ids)
            continue
        groups += _at_once(channel_id, bundle, ids, by_id, rule.channel_kind in PROGRAMS)
        for event in events:
            if event.monitor_id is not None:
                told_at[channel_id, event.monitor_id] = situation.now
    groups += [
        Group(channel_id, when.key, when.notification_type, tuple(sorted(ids)), when.release_at)
        for (channel_id, when), ids in held.items()
    ]
    return sorted(groups, key=lambda group: (group.channel_id, group.event_ids[0]))


def _when(
    channel_id: int,
    bundle: str,
    rule: Rule,
    events: Sequence[Event],
    situation: Situation,
    told_at: Mapping[tuple[int, int], datetime],
    bursts: dict[int, OpenBurst],
) -> _When:
    """When the events of a bundle leave, and with whom. Quiet hours delay everything alike."""
    now = situation.now
    when = _When("", "", None)
    release_at = release_time(rule.digest, now, rule.time_zone)
    if release_at is not None:
        key = f"{rule.digest[0]}{release_at:%Y%m%dT%H%M}"
        when = _When(key, Gathered.DIGEST, release_at)
    elif events[0].event_type == REMINDER:
        when = _When(bundle, Gathered.REMINDERS, now + timedelta(seconds=GATHER_SECONDS))
    else:
        burst_ends = _burst_end(channel_id, events, situation, told_at)
        if burst_ends is not None:
            burst = bursts.setdefault(
                channel_id, OpenBurst(f"b{burst_ends:%Y%m%dT%H%M%S%f}", burst_ends)
            )
            when = _When(burst.key, Gathered.BURST, burst.release_at)
    morning = quiet_until(when.release_at or now, rule.quiet)
    return when if morning is None else _When(f"q{morning:%Y%m%dT%H%M}", Gathered.QUIET, morning)


def _burst_end(
    channel_id: int,
    events: Sequence[Event],
    situation: Situation,
    told_at: Mapping[tuple[int, int], datetime],
) -> datetime | None:
    """When the burst is over that all these events only go on with; None when one of them is news.

    The first message about a monitor is never held, and what happened in the same poll goes along.
    """
    ends = []
    for event in events:
        last = told_at.get((channel_id, event.monitor_id or 0))
        if event.event_type not in NOISE or last is None:
            return None
        ends.append(last + situation.window)
    return max(ends) if max(ends) > situation.now else None


def _at_once(
    channel_id: int,
    bundle: str,
    ids: Sequence[int],
    by_id: Mapping[int, Event],
    is_program: bool,
) -> list[Group]:
    size = BATCH_MAX if is_program else len(ids)
    groups = []
    for start in range(0, len(ids), size):
        part = tuple(ids[start : start + size])
        key = f"e{part[0]}" if len(part) == 1 else f"{bundle}:{part[0]}"
        groups.append(Group(channel_id, key, _type(part, by_id), part))
    return groups


def _type(ids: Sequence[int], by_id: Mapping[int, Event]) -> str:
    return by_id[ids[0]].event_type if len(ids) == 1 else Gathered.BATCH
