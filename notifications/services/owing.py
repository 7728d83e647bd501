"""Writes messages owed: new rows of the outbox, and events that join a row that still waits."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitoring.choices import EventType
from monitoring.models import MonitorHistory
from monitoring.services.setbased import insert_rows
from notifications.choices import NotificationStatus
from notifications.grouping import Group
from notifications.models import NotificationLog

SUBJECT_MAX = 250
KINDS = {str(value): str(label) for value, label in EventType.choices}
"""Event type -> its name in English: what is stored here speaks no reader's language."""
_COLUMNS = (
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


def groups_owe(*, groups: Sequence[Group], now: datetime) -> list[int]:
    """Inserts the messages and their links to events; held ones join the open row of their key.

    Returns the ids of messages that are to be sent, now or later.
    """
    open_ids, taken = _held([group for group in groups if group.release_at is not None])
    fresh = [
        group._replace(key=f"{group.key}:{group.event_ids[0]}")
        if (group.channel_id, group.key) in taken
        else group
        for group in groups
        if (group.channel_id, group.key) not in open_ids
    ]
    subjects = _subjects([group for group in fresh if group.drop_code])
    inserted = insert_rows(
        NotificationLog,
        _COLUMNS,
        [_row(group, subjects.get(group.event_ids[0], ""), now) for group in fresh],
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
    owed = (group for group in (*fresh, *joined) if not group.drop_code)
    return sorted({ids[group.channel_id, group.key] for group in owed})


def _held(
    groups: Sequence[Group],
) -> tuple[dict[tuple[int, str], int], set[tuple[int, str]]]:
    """(held messages that still wait, by channel and key; keys of those that are under way, sent or
    given up).

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


def _subjects(dropped: Sequence[Group]) -> dict[int, str]:
    """First event of a dropped message -> how lists name it: no words are made for it."""
    if not dropped:
        return {}
    counts = {group.event_ids[0]: len(group.event_ids) for group in dropped}
    events = MonitorHistory.objects.filter(pk__in=counts).select_related("website", "monitor")
    return {
        event.pk: _subject(event, counts[event.pk])
        for event in events.defer("website__credentials")
    }


def _subject(event: MonitorHistory, count: int) -> str:
    about = f"{event.monitor} ({event.website})" if event.monitor else str(event.website)
    more = f" and {count - 1} more" if count > 1 else ""
    return (
        f"{KINDS.get(event.event_type, event.event_type)}: {about}"[: SUBJECT_MAX - len(more)]
        + more
    )


def _row(group: Group, subject: str, now: datetime) -> tuple[Any, ...]:
    return (
        uuid.uuid4(),
        group.channel_id,
        group.key,
        str(group.notification_type),
        subject,
        "",
        {},
        NotificationStatus.DROPPED if group.drop_code else NotificationStatus.PENDING,
        0,
        group.release_at,
        group.release_at or now,
        "",
        "",
        "",
        str(group.drop_code),
        group.reason,
        now,
        now,
    )
