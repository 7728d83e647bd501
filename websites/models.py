"""The shops a team watches and what they list."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from accounts.models import Team
from common.fields import EncryptedJSONField
from common.models import PublicIdModel, TimeStampedModel
from websites.choices import Health
from websites.querysets import CatalogueProductQuerySet, WebsiteQuerySet
from websites.sources.registry import choices as source_choices
from websites.sources.registry import resolve

LONGEST_INTERVAL = 7 * 86_400
"""Seconds. Times are counted with it; a far larger number would be no time at all."""


def default_interval() -> int:
    return int(settings.MONITORING_INTERVAL)


class Website(PublicIdModel, TimeStampedModel):
    """One shop of a team: how to read it, how it is doing, who polls it right now."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="websites")
    name = models.CharField(max_length=120)
    source = models.CharField(max_length=32, choices=source_choices, default="auto")
    # What the last connection test of an automatic source found best; empty before.
    resolved_source = models.CharField(
        max_length=32, blank=True, editable=False, verbose_name="source found"
    )
    url = models.CharField(
        max_length=500,
        blank=True,
        verbose_name="address",
        help_text="Root of the shop, for example https://shop.example/billing. Empty for manual stock.",
    )
    credentials = EncryptedJSONField(default=dict, blank=True, editable=False)
    # {"url": http://name:password@host:port}, set by administrators only.
    proxy = EncryptedJSONField(default=dict, blank=True, editable=False)
    config = models.JSONField(default=dict, blank=True)
    region = models.CharField(max_length=60, blank=True)
    labels = models.JSONField(default=list, blank=True)
    link_template = models.CharField(
        max_length=500,
        blank=True,
        help_text="Link of the buy buttons, for example "
        "https://shop.example/aff.php?aff=7&pid={product_id}. Empty: the product's own page.",
    )
    is_active = models.BooleanField(default=True)
    is_on_board = models.BooleanField(
        default=True,
        verbose_name="on the public board",
        help_text="Counts where the team has switched its board on.",
    )
    poll_interval = models.PositiveIntegerField(
        default=default_interval,
        validators=[MinValueValidator(5), MaxValueValidator(LONGEST_INTERVAL)],
        help_text="Seconds, at least 5, at most a week.",
    )

    # Health: what the last polls proved about the shop, never about its stock.
    health = models.CharField(
        max_length=16, choices=Health.choices, default=Health.NEVER, editable=False
    )
    last_error_code = models.CharField(max_length=60, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    last_advice = models.TextField(blank=True, editable=False)
    failure_count = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    is_announced_down = models.BooleanField(default=False, editable=False)
    last_polled_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_success_at = models.DateTimeField(null=True, blank=True, editable=False)

    # Schedule and lease. `queued_at` is set by the ticker and taken away by the task that polls,
    # so that tasks left over in a long queue do nothing. Writes of a poll carry its `fence`.
    next_poll_at = models.DateTimeField(default=timezone.now, editable=False)
    queued_at = models.DateTimeField(null=True, blank=True, editable=False)
    lease_expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    fence = models.BigIntegerField(default=0, editable=False)
    # Polls in a row that never came back: their worker died. A shop whose answer kills workers is
    # polled apart from the others, then left alone for an hour.
    lost_polls = models.PositiveSmallIntegerField(default=0, editable=False)

    # Memory of what was read: hash of the last fully applied body (a mark behind "!" when something
    # else is to be compared anew) and how many monitors it served; a snapshot that waits to be
    # confirmed.
    applied_hash = models.CharField(max_length=120, blank=True, editable=False)
    applied_monitors = models.PositiveIntegerField(default=0, editable=False)
    applied_template = models.CharField(max_length=60, blank=True, editable=False)
    quarantine = models.JSONField(default=dict, blank=True, editable=False)
    # What the source wants back at its next read (a base path it found, when it probed a page).
    # No secrets; losing it costs a few requests.
    memory = models.JSONField(default=dict, blank=True, editable=False)

    objects: ClassVar[WebsiteQuerySet] = WebsiteQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            # Two shops of one name in a team cannot be told apart in messages.
            models.UniqueConstraint(fields=["team", "name"], name="website_name_once_per_team"),
            models.CheckConstraint(
                condition=models.Q(poll_interval__gte=5), name="website_interval_at_least_5s"
            ),
        ]
        indexes: ClassVar = [
            # The ticker looks for due websites every second.
            models.Index(
                fields=["next_poll_at"],
                condition=models.Q(is_active=True),
                name="website_due_idx",
            ),
            # Lists and the dashboard filter a team's websites by health.
            models.Index(fields=["team", "health"], name="website_team_health_idx"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def kind(self) -> str:
        """The source kind that really reads it."""
        return resolve(self.source, self.resolved_source, self.credentials)

    @property
    def shown_health(self) -> str:
        """Health as people see it: a paused website is paused, whatever its last poll said."""
        return self.health if self.is_active else Health.PAUSED

    def forget_applied_hash(self) -> None:
        """See WebsiteQuerySet.forget_reads."""
        Website.objects.filter(pk=self.pk).forget_reads()


class CatalogueProduct(models.Model):
    """A product a Website lists, watched or not. Rewritten only when something about it changed.

    While `missing_since` is empty the product was last seen at the Website's last good read;
    `last_seen_at` is written when it goes missing.
    """

    website = models.ForeignKey(Website, on_delete=models.CASCADE, related_name="catalogue")
    product_id = models.CharField(max_length=190)
    slug = models.CharField(max_length=190, blank=True)
    group_id = models.CharField(max_length=190, blank=True)
    group_name = models.CharField(max_length=250, blank=True)
    name = models.CharField(max_length=250, blank=True)
    url = models.CharField(max_length=500, blank=True)
    price = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=8, blank=True)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(null=True, blank=True)
    absent_count = models.PositiveSmallIntegerField(default=0)
    missing_since = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[CatalogueProductQuerySet] = CatalogueProductQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["website_id", "group_name", "name", "id"]
        constraints: ClassVar = [
            # One row per product of a shop: the catalogue is compared by this key.
            models.UniqueConstraint(
                fields=["website", "product_id"], name="catalogue_product_once_per_website"
            )
        ]

    def __str__(self) -> str:
        return self.name or self.product_id


class HostBudget(models.Model):
    """How one host is treated by all websites and teams together: one reader at a time, a gap
    between readers, and ever longer pauses while it refuses. For sources that read public pages.
    """

    host = models.CharField(max_length=255, unique=True)
    next_at = models.DateTimeField(default=timezone.now, help_text="Nobody asks it before.")
    failure_count = models.PositiveIntegerField(default=0, help_text="Refusals in a row.")
    reason = models.CharField(max_length=250, blank=True, help_text="What it said last.")
    busy_until = models.DateTimeField(null=True, blank=True)
    fence = models.BigIntegerField(default=0)

    class Meta:
        ordering: ClassVar = ["host"]

    def __str__(self) -> str:
        return self.host
