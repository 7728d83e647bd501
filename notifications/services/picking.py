"""Which due messages are next: oldest first, but no channel takes the room of the others."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db.models import Q

from notifications.choices import NotificationStatus
from notifications.models import Channel, NotificationLog
from notifications.querysets import NotificationLogQuerySet
from notifications.rendering import TEST_TYPE

CHANNEL_MAX = 5
"""Messages of one channel under way at once, over all processes (roughly: two that claim at the
same moment do not see each other). A receiver that hangs binds so many threads and no more."""


def fresh_pick(
    now: datetime, *, limit: int, ids: list[int] | None = None, is_locking: bool = True
) -> list[int]:
    """Waiting messages whose time has come, of channels that take messages now.

    A page of candidates either fills what is wanted or fills a channel, so a few pages are enough.
    Tests ignore what their channel is at: somebody waits for them.
    """
    rows = _open(NotificationLog.objects.waiting(now), now).order_by("next_attempt_at", "pk")
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    if is_locking:
        rows = rows.select_for_update(skip_locked=True)
    busy = _under_way(now)
    taken: list[int] = []
    while len(taken) < limit:
        full = [channel_id for channel_id, count in busy.items() if count >= CHANNEL_MAX]
        fits = rows.exclude(pk__in=taken) if taken else rows
        if full:
            fits = fits.filter(~Q(channel_id__in=full) | Q(notification_type=TEST_TYPE))
        page = list(fits.values_list("pk", "channel_id", "notification_type")[:limit])
        for pk, channel_id, kind in page:
            if len(taken) < limit and (busy[channel_id] < CHANNEL_MAX or kind == TEST_TYPE):
                taken.append(pk)
                busy[channel_id] += 1
        if len(page) < limit:
            break
    return taken


def abandoned_pick(
    now: datetime, *, ids: list[int] | None = None, is_locking: bool = True
) -> list[int]:
    """At most one message whose sender died, and alone: should it be the message that ends its
    senders, it takes no other down. Its channel must be idle, so that a receiver that hangs does
    not bind one round after the other."""
    rows = _open(NotificationLog.objects.abandoned(now), now).order_by("claimed_until", "pk")
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    if is_locking:
        rows = rows.select_for_update(skip_locked=True)
    return list(rows.exclude(channel_id__in=_under_way(now)).values_list("pk", flat=True)[:1])


def _open(rows: NotificationLogQuerySet, now: datetime) -> NotificationLogQuerySet:
    """Those of channels that take messages now. Tests do not care for that."""
    takes_messages = Channel.objects.usable().filter(
        Q(paused_until__isnull=True) | Q(paused_until__lte=now)
    )
    is_open = Q(channel_id__in=takes_messages.order_by().values("pk"))
    return rows.filter(is_open | Q(notification_type=TEST_TYPE))


def _under_way(now: datetime) -> Counter[int]:
    """Channel id -> its messages that somebody is sending at this moment."""
    sending = NotificationLog.objects.filter(
        status=NotificationStatus.SENDING, claimed_until__gt=now
    )
    return Counter(sending.order_by().values_list("channel_id", flat=True))
