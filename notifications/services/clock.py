"""Mends what was written while the clock was ahead, else messages would wait for that time to come."""

from __future__ import annotations

from datetime import datetime, timedelta

from common.backoff import RETRY_AFTER_MAX_SECONDS
from monitoring.models import MonitorHistory
from notifications.choices import NotificationStatus
from notifications.models import Channel, NotificationLog, TelegramBot
from notifications.planning import all_plan
from notifications.services.claiming import LEASE_SECONDS
from notifications.telegram_bot.lease import lease_length


def times_mend(now: datetime) -> None:
    """Every lease and pause becomes the longest that a right clock can have set. Messages that were
    made or tried in the future are due: at worst a digest comes early, and quiet hours hold."""
    rows = NotificationLog.objects
    claimed_until = now + timedelta(seconds=LEASE_SECONDS)
    rows.filter(status=NotificationStatus.SENDING, claimed_until__gt=claimed_until).update(
        claimed_until=claimed_until
    )
    rows.filter(status=NotificationStatus.PENDING, updated_at__gt=now).update(
        next_attempt_at=now, updated_at=now
    )
    paused_until = now + timedelta(seconds=RETRY_AFTER_MAX_SECONDS)
    Channel.objects.filter(paused_until__gt=paused_until).update(paused_until=paused_until)
    leased_until = now + lease_length()
    TelegramBot.objects.filter(lease_expires_at__gt=leased_until).update(
        lease_expires_at=leased_until
    )
    # The sweep takes events for fresh until a little after they were made.
    if MonitorHistory.objects.unplanned().filter(created_at__gt=now).exists():
        all_plan(now)
