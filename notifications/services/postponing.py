"""Quiet hours hold at the moment of sending, too: a message may be due again in the middle of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F

from notifications.choices import NotificationStatus
from notifications.matching import zone_of
from notifications.models import Channel, NotificationLog
from notifications.quiethours import QuietHours, quiet_until
from notifications.rendering import TEST_TYPE


def quiet_postpone(*, rows: Sequence[NotificationLog], now: datetime) -> list[NotificationLog]:
    """Gives claimed messages of channels that are quiet now back until the quiet ends, attempt and
    all. Returns the others. What a person asked for (a test, a resend) goes at once."""
    ends: dict[datetime, list[int]] = {}
    left = []
    for row in rows:
        end = None if is_asked_for(row) else quiet_until(now, quiet_hours_of(row.channel))
        if end is None:
            left.append(row)
        else:
            ends.setdefault(end, []).append(row.pk)
    for end, ids in ends.items():
        NotificationLog.objects.filter(pk__in=ids).update(
            status=NotificationStatus.PENDING,
            claim_token="",
            claimed_until=None,
            retry_count=F("retry_count") - 1,
            next_attempt_at=end,
        )
    return left


def is_asked_for(row: NotificationLog) -> bool:
    """A person waits for it: neither quiet hours nor age keep it back."""
    return row.notification_type == TEST_TYPE or row.resend_of_id is not None


def quiet_hours_of(channel: Channel) -> list[QuietHours]:
    """Those of the channel and of its person (with team, user and preferences loaded)."""
    team_zone = channel.team.time_zone
    wanted = [(channel.quiet_from, channel.quiet_until, team_zone)]
    preferences = getattr(channel.user, "preferences", None)
    if preferences is not None:
        zone = preferences.time_zone or team_zone
        wanted.append((preferences.quiet_from, preferences.quiet_until, zone))
    return [
        QuietHours(start, end, zone_of(zone))
        for start, end, zone in wanted
        if start is not None and end is not None
    ]
