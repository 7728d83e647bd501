"""Where people want to hear of events, and every message owed to them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from accounts.choices import Language
from accounts.models import Team
from common.fields import EncryptedJSONField
from common.models import PublicIdModel, TimeStampedModel
from monitoring.models import Monitor, MonitorHistory
from notifications.channels.registry import choices as channel_choices
from notifications.choices import ChannelHealth, Digest, NotificationStatus
from notifications.querysets import ChannelQuerySet, NotificationLogQuerySet, SubscriptionQuerySet
from websites.models import Website


def all_events() -> list[str]:
    return ["*"]


class Channel(PublicIdModel, TimeStampedModel):
    """A place a team's messages go to."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="channels")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=32, choices=channel_choices)
    config = models.JSONField(default=dict, blank=True)
    secrets = EncryptedJSONField(default=dict, blank=True, editable=False)
    is_active = models.BooleanField(default=True)
    health = models.CharField(
        max_length=16, choices=ChannelHealth.choices, default=ChannelHealth.UNKNOWN, editable=False
    )
    disabled_reason = models.CharField(max_length=250, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    last_sent_at = models.DateTimeField(null=True, blank=True, editable=False)
    paused_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="The other side asked to wait until then."
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="channels",
        editable=False,
        help_text="Person it belongs to: made from their preferences, or linked by them.",
    )
    language = models.CharField(
        max_length=8,
        choices=Language.choices,
        blank=True,
        default="",
        help_text="Of its messages. Empty: that of its person, else of the team.",
    )
    quiet_from = models.TimeField(
        null=True, blank=True, help_text="Messages wait from then, in the team's time zone ..."
    )
    quiet_until = models.TimeField(null=True, blank=True, help_text="... until then.")

    objects: ClassVar[ChannelQuerySet] = ChannelQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            # Two channels of one name in a team cannot be told apart in lists.
            models.UniqueConstraint(fields=["team", "name"], name="channel_name_once_per_team"),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="channel_quiet_hours_have_both_ends",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Subscription(TimeStampedModel):
    """Which events of which Websites or Monitors go to a Channel.

    Empty sets mean all of them, unless `is_scoped` says that something was named: it is deleted
    then, and the subscription matches nothing.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="subscriptions")
    events = models.JSONField(default=all_events, help_text='Event types, or "*" for all.')
    websites = models.ManyToManyField(Website, blank=True, related_name="subscriptions")
    monitors = models.ManyToManyField(Monitor, blank=True, related_name="subscriptions")
    is_scoped = models.BooleanField(
        default=False, editable=False, help_text="Websites or monitors were named."
    )
    digest = models.CharField(max_length=16, choices=Digest.choices, default=Digest.NOW)
    is_active = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=250, blank=True, editable=False)
    only_own = models.BooleanField(
        default=False,
        editable=False,
        help_text="Of a personal channel: only what this person owns, or nobody.",
    )

    objects: ClassVar[SubscriptionQuerySet] = SubscriptionQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["channel_id", "id"]

    def __str__(self) -> str:
        events = gettext("everything") if "*" in self.events else ", ".join(self.events)
        return gettext("%(events)s to %(channel)s") % {"events": events, "channel": self.channel}


class NotificationLog(PublicIdModel, TimeStampedModel):
    """One message owed to one Channel: outbox row and delivery log in one.

    pending -> sending (claimed, attempt counted) -> sent | pending again | dead; or dropped.
    Text and payload are frozen at the first claim.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="notifications")
    events = models.ManyToManyField(MonitorHistory, blank=True, related_name="notifications")
    resend_of = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="resends"
    )
    group_key = models.CharField(max_length=190)
    notification_type = models.CharField(max_length=40)
    subject = models.CharField(max_length=250, blank=True)
    message = models.TextField(blank=True)
    rendered = models.JSONField(default=dict, blank=True, editable=False)
    status = models.CharField(
        max_length=16, choices=NotificationStatus.choices, default=NotificationStatus.PENDING
    )
    retry_count = models.PositiveIntegerField(default=0, help_text="Attempts made so far.")
    release_at = models.DateTimeField(null=True, blank=True)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)
    claim_token = models.CharField(max_length=32, blank=True, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    provider_id = models.CharField(max_length=190, blank=True)
    provider_status = models.CharField(max_length=60, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)

    objects: ClassVar[NotificationLogQuerySet] = NotificationLogQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["-id"]
        verbose_name = "notification"
        constraints: ClassVar = [
            # An event is owed to a channel once, however often it is planned.
            models.UniqueConstraint(
                fields=["channel", "group_key"], name="notification_once_per_channel_and_group"
            )
        ]
        indexes: ClassVar = [
            # The outbox looks for messages to try. The status stands in front, too: without it
            # SQLite, which has no statistics, takes the index of the lists below.
            models.Index(
                fields=["status", "next_attempt_at"],
                condition=Q(status="pending"),
                name="notification_pending_idx",
            ),
            models.Index(
                fields=["status", "claimed_until"],
                condition=Q(status="sending"),
                name="notification_claimed_idx",
            ),
            # A provider tells later what became of a message.
            models.Index(
                fields=["provider_id"],
                condition=~Q(provider_id=""),
                name="notification_provider_idx",
            ),
            # Delivery list of a channel, newest first; lists by outcome.
            models.Index(fields=["channel", "-created_at"], name="notification_channel_time_idx"),
            models.Index(fields=["status", "-created_at"], name="notification_status_time_idx"),
        ]

    def __str__(self) -> str:
        return self.subject or f"Notification {self.pk}"
