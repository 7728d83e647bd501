"""Takes messages out of the outbox for one attempt: lease, count, freeze. No network."""

from __future__ import annotations

import logging
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from monitoring.models import MonitorHistory
from monitoring.services.setbased import update_rows
from notifications.channels.base import Message, Target
from notifications.choices import ChannelHealth, NotificationStatus
from notifications.models import Channel, NotificationLog
from notifications.querysets import NotificationLogQuerySet
from notifications.rendering import TEST_TYPE, message_of, render_events, render_test

logger = logging.getLogger(__name__)

LEASE_SECONDS = 60
"""Longer than any attempt: 25 s for a message, 45 s for a batch (channels/base.py)."""

MAX_ATTEMPTS = 10


@dataclass(frozen=True, slots=True)
class Claim:
    """One message under way. `message` is None when it could not be rendered."""

    id: int
    token: str
    attempt: int
    channel_id: int
    kind: str
    target: Target
    channel_health: str
    channel_sent_at: datetime | None
    message: Message | None

    @property
    def is_test(self) -> bool:
        return self.message is not None and self.message.type == TEST_TYPE


def claimable(now: datetime) -> NotificationLogQuerySet:
    """Due messages of channels that take messages now. Tests do not care for that."""
    open_channels = Channel.objects.usable().filter(
        Q(paused_until__isnull=True) | Q(paused_until__lte=now)
    )
    is_open = Q(channel_id__in=open_channels.order_by().values("pk"))
    return NotificationLog.objects.due(now).filter(is_open | Q(notification_type=TEST_TYPE))


def claim(*, ids: list[int] | None, limit: int, now: datetime) -> list[Claim]:
    """Leases up to `limit` due messages, oldest first, and counts the attempt before it is made.

    Two callers never get the same message. A message is rendered and frozen in the transaction of
    its first claim, so every attempt carries the same words. One whose last attempt never came
    back is claimed alone: if it ends its sender, it takes no other down. Constant number of
    statements.
    """
    with transaction.atomic():
        due = claimable(now)
        if ids is not None:
            due = due.filter(pk__in=ids)
        rows = due.order_by("next_attempt_at", "pk").select_for_update(skip_locked=True)
        chosen = _chosen(list(rows.values_list("pk", "status")[:limit]))
        if not chosen:
            return []
        token = uuid.uuid4().hex
        NotificationLog.objects.due(now).filter(pk__in=chosen).update(
            status=NotificationStatus.SENDING,
            claim_token=token,
            claimed_until=now + timedelta(seconds=LEASE_SECONDS),
            retry_count=F("retry_count") + 1,
            updated_at=now,
        )
        claimed = list(
            NotificationLog.objects.filter(pk__in=chosen, claim_token=token)
            .select_related("channel__team")
            .order_by("next_attempt_at", "pk")
        )
        _freeze([row for row in claimed if not row.rendered], now)
        return [_claim_of(row) for row in claimed]


def _chosen(rows: Sequence[tuple[int, str]]) -> list[int]:
    abandoned = [pk for pk, status in rows if status == NotificationStatus.SENDING]
    return abandoned[:1] or [pk for pk, _ in rows]


def _claim_of(row: NotificationLog) -> Claim:
    channel = row.channel
    return Claim(
        id=row.pk,
        token=row.claim_token,
        attempt=row.retry_count,
        channel_id=channel.pk,
        kind=channel.kind,
        target=Target(config=channel.config, secrets=channel.secrets),
        channel_health=channel.health,
        channel_sent_at=channel.last_sent_at,
        message=message_of(row) if row.rendered else None,
    )


def _freeze(rows: Sequence[NotificationLog], now: datetime) -> None:
    if not rows:
        return
    events = _events_of([row.pk for row in rows])
    frozen: list[tuple[Any, ...]] = []
    for row in rows:
        try:
            if row.notification_type == TEST_TYPE:
                rendered = render_test(row.channel, now)
            else:
                rendered = render_events(events[row.pk], notification_type=row.notification_type)
        except Exception:
            # A broken template must not hold the other messages back; settled as a failure.
            logger.exception("message_not_rendered notification=%s", row.pk)
            continue
        for column, value in rendered.columns().items():
            setattr(row, column, value)
        frozen.append((row.pk, row.subject, row.message, row.rendered))
    update_rows(
        NotificationLog, match=["id"], change=["subject", "message", "rendered"], rows=frozen
    )


def _events_of(notification_ids: Sequence[int]) -> dict[int, list[MonitorHistory]]:
    links = list(
        NotificationLog.events.through.objects.filter(notificationlog_id__in=notification_ids)
        .order_by("monitorhistory_id")
        .values_list("notificationlog_id", "monitorhistory_id")
    )
    rows = (
        MonitorHistory.objects.filter(pk__in={event_id for _, event_id in links})
        .select_related("website__team", "monitor", "record")
        .defer("website__credentials")
        .in_bulk()
    )
    events: dict[int, list[MonitorHistory]] = defaultdict(list)
    for notification_id, event_id in links:
        events[notification_id].append(rows[event_id])
    return events


def unsendable(now: datetime) -> NotificationLogQuerySet:
    """Due messages of disabled channels (an attempt was under way when the channel went)."""
    closed = Channel.objects.filter(is_active=False).order_by().values("pk")
    return (
        NotificationLog.objects.due(now)
        .filter(channel_id__in=closed)
        .exclude(notification_type=TEST_TYPE)
    )


def bury_unsendable(now: datetime) -> int:
    """They end dead with the reason instead of waiting unseen."""
    return _bury(unsendable(now), "The channel is disabled.", now)


def bury_pending(*, channel_id: int, reason: str, now: datetime) -> int:
    """What still waits for a channel that takes nothing any more ends dead."""
    waiting = NotificationLog.objects.filter(
        channel_id=channel_id, status=NotificationStatus.PENDING
    )
    return _bury(waiting, reason, now)


def _bury(rows: NotificationLogQuerySet, reason: str, now: datetime) -> int:
    return rows.update(
        status=NotificationStatus.DEAD,
        claim_token="",
        claimed_until=None,
        error_code="channel_disabled",
        error_message=reason,
        updated_at=now,
    )


def is_health_stale(claim: Claim, now: datetime) -> bool:
    """Whether a success is worth a write to its channel: not for every message of a burst."""
    sent_at = claim.channel_sent_at
    return (
        claim.channel_health != ChannelHealth.OK
        or sent_at is None
        or now - sent_at > timedelta(seconds=30)
    )
