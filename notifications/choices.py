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


class Gathered(models.TextChoices):
    """Type of a message of several events; one of a single event has the type of that."""

    BATCH = "batch", "Batch"
    DIGEST = "digest", "Digest"
    BURST = "burst", "Burst"
    QUIET = "quiet", "After quiet hours"
    REMINDERS = "reminders", "Reminders"


class DropCode(models.TextChoices):
    """Why somebody was not told of an event, as error code of a dropped message (docs/quiet.md)."""

    SILENCED = "silenced", "A silence held."
    DEDUPE = "dedupe", "People were told of it within the last 24 hours."
    FLAPPING = "flapping", "It goes in and out of stock all the time; one notice said so."
    OUTDATED = "outdated", "What it told of was over before it could be sent."
