"""Messages that can never be sent end dead, with the reason, instead of waiting unseen."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from notifications.choices import ChannelHealth, NotificationStatus
from notifications.models import Channel, NotificationLog
from notifications.querysets import NotificationLogQuerySet
from notifications.rendering import TEST_TYPE
from notifications.services.owners import owners_tell_later

REASON_MAX = 250


def unsendable(now: datetime) -> tuple[NotificationLogQuerySet, NotificationLogQuerySet]:
    """Due messages of disabled channels (an attempt was under way when the channel went).

    Waiting and abandoned ones apart: together they could use no index.
    """
    rows = NotificationLog.objects
    return _of_closed(rows.waiting(now)), _of_closed(rows.abandoned(now))


def _of_closed(rows: NotificationLogQuerySet) -> NotificationLogQuerySet:
    closed = Channel.objects.filter(is_active=False).order_by().values("pk")
    return rows.filter(channel_id__in=closed).exclude(notification_type=TEST_TYPE)


def bury_unsendable(now: datetime) -> int:
    return sum(_bury(rows, "The channel is disabled.", now) for rows in unsendable(now))


def bury_pending(*, channel_id: int, reason: str, now: datetime) -> int:
    """What still waits for a channel that takes nothing any more."""
    waiting = NotificationLog.objects.filter(
        channel_id=channel_id, status=NotificationStatus.PENDING
    )
    return _bury(waiting, reason, now)


def note_failure(*, channel_id: int, reason: str) -> None:
    Channel.objects.filter(pk=channel_id, is_active=True).update(
        health=ChannelHealth.FAILING, last_error=reason
    )


def pause(*, channel_id: int, until: datetime) -> None:
    """Never shortens a longer pause."""
    shorter = Q(paused_until__isnull=True) | Q(paused_until__lt=until)
    Channel.objects.filter(shorter, pk=channel_id, is_active=True).update(paused_until=until)


def disable(*, channel_id: int, reason: str, now: datetime) -> None:
    """Nothing will arrive there until a person mends it; what waits for it ends dead too, and the
    owners hear of it by mail."""
    Channel.objects.filter(pk=channel_id).update(
        is_active=False,
        health=ChannelHealth.DISABLED,
        disabled_reason=reason[:REASON_MAX],
        last_error=reason,
        paused_until=None,
        updated_at=now,
    )
    bury_pending(channel_id=channel_id, reason=reason, now=now)
    owners_tell_later(channel_id=channel_id)


def _bury(rows: NotificationLogQuerySet, reason: str, now: datetime) -> int:
    return rows.update(
        status=NotificationStatus.DEAD,
        claim_token="",
        claimed_until=None,
        error_code="channel_disabled",
        error_message=reason,
        updated_at=now,
    )
