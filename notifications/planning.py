"""Events become messages owed: one transaction that claims events and writes the outbox."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils import timezone

from monitoring.models import MonitorHistory
from monitoring.services.setbased import insert_rows
from notifications.choices import NotificationStatus
from notifications.matching import FLAG_OF, Event, Group, Rule, group_events
from notifications.models import NotificationLog, Subscription

LIMIT = 500
"""Events planned in one transaction."""

FLAGS = tuple(dict.fromkeys(FLAG_OF.values()))
EVENT_COLUMNS = ("id", "website__team_id", "website_id", "monitor_id", "poll_run_id", "event_type")
LOG_COLUMNS = (
    "public_id",
    "channel",
    "group_key",
    "notification_type",
    "subject",
    "message",
    "rendered",
    "status",
    "retry_count",
    "release_at",
    "next_attempt_at",
    "claim_token",
    "provider_id",
    "provider_status",
    "error_code",
    "error_message",
    "created_at",
    "updated_at",
)


def events_plan(event_ids: list[int] | None = None, now: datetime | None = None) -> list[int]:
    """Plans the given events, or the oldest unplanned ones; returns the ids of their messages.

    `planned_at` is written in the transaction that inserts the messages, so every event is planned
    exactly once whatever dies when. Pairs of event and channel that have a message already (an
    event that somebody set back to unplanned) get no second one. The constraint on channel and
    group key then only meets two planners that open the same digest at once: the loser is undone
    as a whole and planned again, now joining the winner's message. Nothing is lost by a conflict.
    """
    return _planned(event_ids, now)[1]


def all_plan(now: datetime | None = None) -> list[int]:
    """Plans until no unplanned event can be claimed; returns the ids of the messages."""
    ids: list[int] = []
    while True:
        claimed, planned = _planned(None, now)
        ids += planned
        if not claimed:
            return ids


def _planned(event_ids: list[int] | None, now: datetime | None) -> tuple[int, list[int]]:
    moment = now or timezone.now()
    try:
        return _plan(event_ids, moment)
    except IntegrityError:
        return _plan(event_ids, moment)


def _plan(event_ids: list[int] | None, now: datetime) -> tuple[int, list[int]]:
    """(number of events claimed, ids of their messages)."""
    with transaction.atomic():
        events = _claim(event_ids, now)
        rules = _rules({event.team_id for event in events}) if events else []
        if not rules:
            return len(events), []
        already = _already_owed([event.id for event in events])
        groups = group_events(events, rules, now=now, already=already)
        return len(events), _write(groups, now)


def _claim(event_ids: list[int] | None, now: datetime) -> list[Event]:
    """Takes unplanned events that nobody else is planning. SQLite has one writer at a time; on
    PostgreSQL rows locked by another planner are left to it."""
    waiting = MonitorHistory.objects.unplanned()
    if event_ids is not None:
        waiting = waiting.filter(pk__in=event_ids)
    locked = waiting.order_by("pk").select_for_update(skip_locked=True)
    ids = list(locked.values_list("pk", flat=True)[:LIMIT])
    if not ids:
        return []
    taken = MonitorHistory.objects.filter(pk__in=ids)
    taken.update(planned_at=now)
    flags = [f"monitor__{flag}" for flag in FLAGS]
    rows = taken.order_by("pk").values_list(*EVENT_COLUMNS, *flags)
    split = len(EVENT_COLUMNS)
    return [Event._make((*row[:split], _flags(row[split:]))) for row in rows]


def _flags(values: Sequence[bool | None]) -> dict[str, bool]:
    return {flag: value for flag, value in zip(FLAGS, values, strict=True) if value is not None}


def _rules(team_ids: Iterable[int]) -> list[Rule]:
    active = Subscription.objects.filter(
        is_active=True, channel__is_active=True, channel__team_id__in=team_ids
    )
    rows = active.order_by("pk").values_list(
        "pk",
        "channel_id",
        "channel__team_id",
        "channel__team__time_zone",
        "events",
        "digest",
        "is_scoped",
    )
    found = list(rows)
    ids = [row[0] for row in found]
    websites = _linked(Subscription.websites.through, "website_id", ids)
    monitors = _linked(Subscription.monitors.through, "monitor_id", ids)
    return [
        Rule(channel, team, zone, frozenset(types), websites[pk], monitors[pk], digest, is_scoped)
        for pk, channel, team, zone, types, digest, is_scoped in found
    ]


def _linked(
    through: type[Model], column: str, subscription_ids: Sequence[int]
) -> defaultdict[int, frozenset[int]]:
    """Subscription id -> ids of the rows it names; empty for one that names none."""
    links: defaultdict[int, frozenset[int]] = defaultdict(frozenset)
    rows = through._default_manager.filter(subscription_id__in=subscription_ids)
    for subscription_id, linked_id in rows.values_list("subscription_id", column):
        links[subscription_id] |= {linked_id}
    return links


def _already_owed(event_ids: Sequence[int]) -> frozenset[tuple[int, int]]:
    links = NotificationLog.events.through.objects.filter(
        monitorhistory_id__in=event_ids, notificationlog__resend_of__isnull=True
    )
    return frozenset(links.values_list("notificationlog__channel_id", "monitorhistory_id"))


def _write(groups: Sequence[Group], now: datetime) -> list[int]:
    """Inserts the messages and their links to events; digests join the open one of their window."""
    open_ids, taken = _digests([group for group in groups if group.release_at is not None])
    fresh = [
        group._replace(key=f"{group.key}:{group.event_ids[0]}")
        if (group.channel_id, group.key) in taken
        else group
        for group in groups
        if (group.channel_id, group.key) not in open_ids
    ]
    inserted = insert_rows(
        NotificationLog,
        LOG_COLUMNS,
        [_log_row(group, now) for group in fresh],
        returning=["channel", "group_key", "id"],
    )
    ids = {**open_ids, **{(channel_id, key): pk for channel_id, key, pk in inserted}}
    joined = [group for group in groups if (group.channel_id, group.key) in open_ids]
    links = [
        (ids[(group.channel_id, group.key)], event_id)
        for group in (*fresh, *joined)
        for event_id in group.event_ids
    ]
    insert_rows(
        NotificationLog.events.through,
        ("notificationlog", "monitorhistory"),
        links,
        returning=["id"],
    )
    return sorted(set(ids.values()))


def _digests(
    groups: Sequence[Group],
) -> tuple[dict[tuple[int, str], int], set[tuple[int, str]]]:
    """(digests that still wait, by channel and key; keys of digests that were given up).

    A waiting one is locked, so that it is not sent while events join it.
    """
    if not groups:
        return {}, set()
    wanted = {(group.channel_id, group.key) for group in groups}
    rows = NotificationLog.objects.filter(
        channel_id__in={channel_id for channel_id, _ in wanted},
        group_key__in={key for _, key in wanted},
    ).select_for_update()
    open_ids: dict[tuple[int, str], int] = {}
    taken: set[tuple[int, str]] = set()
    for row in rows.order_by("pk"):
        pair = (row.channel_id, row.group_key)
        if pair not in wanted:
            continue
        if row.status == NotificationStatus.PENDING and not row.rendered:
            open_ids[pair] = row.pk
        else:
            taken.add(pair)
    return open_ids, taken


def _log_row(group: Group, now: datetime) -> tuple[Any, ...]:
    return (
        uuid.uuid4(),
        group.channel_id,
        group.key,
        group.notification_type,
        "",
        "",
        {},
        NotificationStatus.PENDING,
        0,
        group.release_at,
        group.release_at or now,
        "",
        "",
        "",
        "",
        "",
        now,
        now,
    )
