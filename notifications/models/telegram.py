"""Who speaks to our Telegram bot, and what it showed where."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.choices import Language
from accounts.models import Team
from common.models import TimeStampedModel
from monitoring.models import Monitor
from notifications.models.outbox import Channel
from notifications.querysets import TelegramLinkQuerySet, TelegramTokenQuerySet


class TelegramLink(TimeStampedModel):
    """A chat that is bound to a team by one of its members.

    In a private chat the person of the link speaks. In a group only those speak who have linked
    their own private chat: rights are those of whoever pressed or wrote, never of the chat.
    """

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="telegram_links")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="telegram_links"
    )
    channel = models.OneToOneField(
        Channel, on_delete=models.SET_NULL, null=True, blank=True, related_name="telegram_link"
    )
    chat_id = models.BigIntegerField(help_text="Negative for groups and channels.")
    message_thread_id = models.BigIntegerField(
        null=True, blank=True, help_text="Topic of a forum group."
    )
    chat_type = models.CharField(max_length=16, default="private")
    telegram_user_id = models.BigIntegerField(
        null=True, blank=True, help_text="Of the person, in private chats."
    )
    title = models.CharField(max_length=250, blank=True)
    language = models.CharField(max_length=8, choices=Language.choices, default=Language.ENGLISH)

    objects: ClassVar[TelegramLinkQuerySet] = TelegramLinkQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["team_id", "id"]
        constraints: ClassVar = [
            # A chat (or topic of one) belongs to one team at a time.
            models.UniqueConstraint(
                fields=["chat_id", "message_thread_id"],
                condition=Q(message_thread_id__isnull=False),
                name="telegram_topic_linked_once",
            ),
            models.UniqueConstraint(
                fields=["chat_id"],
                condition=Q(message_thread_id__isnull=True),
                name="telegram_chat_linked_once",
            ),
        ]
        indexes: ClassVar = [
            # Whose word it is: every press and command asks.
            models.Index(fields=["telegram_user_id"], name="telegram_link_user_idx")
        ]

    def __str__(self) -> str:
        return self.title or str(self.chat_id)


class TelegramToken(models.Model):
    """A deep link that binds a chat once. Only the hash of the token is kept."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="telegram_tokens")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="telegram_tokens"
    )
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[TelegramTokenQuerySet] = TelegramTokenQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"Telegram link of {self.user}"


class TelegramBot(models.Model):
    """The bot of the installation: one poller at a time, and how far it has read."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    username = models.CharField(max_length=64, blank=True)
    last_update_id = models.BigIntegerField(default=0)
    fence = models.PositiveBigIntegerField(default=0)
    lease_expires_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    last_seen_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"@{self.username}" if self.username else f"Bot {self.pk}"


class TelegramUpdate(models.Model):
    """An update that was handled: Telegram repeats what it is not sure we got."""

    bot = models.ForeignKey(TelegramBot, on_delete=models.CASCADE, related_name="updates")
    update_id = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bot", "update_id"], name="telegram_update_once")
        ]

    def __str__(self) -> str:
        return str(self.update_id)


class TelegramCard(TimeStampedModel):
    """The one message of a live card, edited in place when the stock moves."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="cards")
    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="cards")
    message_id = models.BigIntegerField()
    text_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["channel", "monitor"], name="telegram_card_once_per_channel_and_monitor"
            )
        ]

    def __str__(self) -> str:
        return f"Card {self.message_id}"
