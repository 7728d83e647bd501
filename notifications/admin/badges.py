"""How channels and messages look: always a word, coloured."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.admin.display import Tone, badge
from common.texts import shown
from notifications.choices import ChannelHealth, NotificationStatus
from notifications.models import Channel, NotificationLog
from notifications.progress import FAILED

CHANNEL_TONES: dict[str, Tone] = {
    ChannelHealth.UNKNOWN: "idle",
    ChannelHealth.OK: "good",
    ChannelHealth.FAILING: "warn",
    ChannelHealth.DISABLED: "bad",
}
STATUS_TONES: dict[str, Tone] = {
    NotificationStatus.PENDING: "info",
    NotificationStatus.SENDING: "info",
    NotificationStatus.SENT: "good",
    NotificationStatus.DEAD: "bad",
    NotificationStatus.DROPPED: "idle",
}


def channel_badge(channel: Channel) -> SafeString:
    if not channel.is_active:
        return badge(
            gettext("Disabled"),
            "bad" if channel.disabled_reason else "idle",
            shown(channel.disabled_reason),
        )
    health = ChannelHealth(channel.health)
    return badge(shown(health.label), CHANNEL_TONES[health], shown(channel.last_error))


def notification_badge(row: NotificationLog) -> SafeString:
    """A message that failed before and waits for another try says so; so does one whose provider
    told later what became of it."""
    status = NotificationStatus(row.status)
    why = shown(row.error_message)
    if status == NotificationStatus.SENT and row.provider_status in FAILED:
        return badge(gettext("Not delivered"), "bad", why)
    if status == NotificationStatus.SENT and row.delivered_at is not None:
        return badge(gettext("Delivered"), "good", why)
    if status == NotificationStatus.PENDING and row.retry_count:
        return badge(gettext("Waits to retry"), "warn", why)
    return badge(shown(status.label), STATUS_TONES[status], why)
