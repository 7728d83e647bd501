"""Messages that ended long ago, and what the bot need not remember."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitoring.services.pruning import IsOver, owners, rows_delete
from notifications.choices import NotificationStatus
from notifications.models import Channel, NotificationLog, TelegramToken, TelegramUpdate

BOT_DAYS = 3
"""Telegram repeats an update for a day at most."""


def messages_prune(*, before: datetime, team_ids: list[int], is_over: IsOver, dry_run: bool) -> int:
    """Messages that were sent or ended otherwise; those under way stay, whatever their age."""
    ended = [NotificationStatus.SENT, NotificationStatus.DEAD, NotificationStatus.DROPPED]
    count = 0
    for ids in owners(Channel.objects.filter(team_id__in=team_ids)):
        old = NotificationLog.objects.filter(
            channel_id__in=ids, created_at__lt=before, status__in=ended
        )
        count += rows_delete(old, is_over=is_over, dry_run=dry_run)
    return count


def bot_rows_prune(*, now: datetime, is_over: IsOver, dry_run: bool) -> int:
    before = now - timedelta(days=BOT_DAYS)
    updates = TelegramUpdate.objects.filter(created_at__lt=before)
    tokens = TelegramToken.objects.filter(expires_at__lt=before)
    return sum(rows_delete(rows, is_over=is_over, dry_run=dry_run) for rows in (updates, tokens))
