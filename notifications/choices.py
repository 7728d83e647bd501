from __future__ import annotations

from django.db import models


class ChannelHealth(models.TextChoices):
    UNKNOWN = "unknown", "Nothing sent yet"
    OK = "ok", "OK"
    FAILING = "failing", "Last message failed"
    DISABLED = "disabled", "Disabled"


class Digest(models.TextChoices):
    NOW = "now", "At once"
    HOURLY = "hourly", "Hourly"
    DAILY = "daily", "Daily"


class NotificationStatus(models.TextChoices):
    PENDING = "pending", "Pending"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    DEAD = "dead", "Failed for good"
    DROPPED = "dropped", "Dropped"
