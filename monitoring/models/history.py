"""What was seen, and what happened."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext

from common.models import PublicIdModel
from monitoring.choices import (
    ChangeType,
    EventType,
    PollOutcome,
    PollState,
    PollTrigger,
    Suppressed,
    ThresholdType,
)
from monitoring.models.proofs import ProofField
from monitoring.models.watching import Monitor
from monitoring.querysets import (
    MonitorHistoryQuerySet,
    PollRunQuerySet,
    StockDayQuerySet,
    StockRecordQuerySet,
)
from websites.models import Website


class PollRun(models.Model):
    """One reading of a Website, or a row of equal scheduled ones in which nothing changed."""

    # Here and below: an index that begins with the same column serves the relation.
    website = models.ForeignKey(
        Website, on_delete=models.CASCADE, related_name="poll_runs", db_index=False
    )
    state = models.CharField(max_length=16, choices=PollState.choices, default=PollState.QUEUED)
    outcome = models.CharField(
        max_length=16, choices=PollOutcome.choices, blank=True, default=PollOutcome.NONE
    )
    trigger = models.CharField(
        max_length=16, choices=PollTrigger.choices, default=PollTrigger.SCHEDULE
    )
    count = models.PositiveIntegerField(default=1, help_text="Equal polls this row stands for.")
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    monitors_checked = models.PositiveIntegerField(default=0)
    products_seen = models.PositiveIntegerField(default=0)
    changes = models.PositiveIntegerField(default=0)
    events = models.PositiveIntegerField(default=0)
    requests_made = models.PositiveIntegerField(default=0)
    bytes_read = models.PositiveBigIntegerField(default=0)
    source = models.CharField(max_length=32, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.TextField(blank=True)
    advice = models.TextField(blank=True)

    objects: ClassVar[PollRunQuerySet] = PollRunQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            # The newest run of a website: for merging equal runs and for its page.
            models.Index(fields=["website", "-id"], name="pollrun_website_newest_idx"),
            # Requested polls that still wait.
            models.Index(
                fields=["website"],
                condition=Q(state__in=["queued", "running"]),
                name="pollrun_unfinished_idx",
            ),
        ]

    def __str__(self) -> str:
        return gettext("Poll %(number)s of %(website)s") % {
            "number": self.pk,
            "website": self.website,
        }


class StockRecord(models.Model):
    """Append-only: what was seen of a Monitor when something about it changed."""

    monitor = models.ForeignKey(
        Monitor, on_delete=models.CASCADE, related_name="records", db_index=False
    )
    poll_run = models.ForeignKey(
        PollRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="records"
    )
    quantity = models.BigIntegerField(null=True, blank=True)
    available = models.BooleanField(null=True, blank=True)
    stock_control_enabled = models.BooleanField(null=True, blank=True)
    delta = models.BigIntegerField(null=True, blank=True)
    change_type = models.CharField(max_length=16, choices=ChangeType.choices)
    price = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=8, blank=True)
    threshold_breached = models.BooleanField(default=False)
    threshold_type = models.CharField(
        max_length=8, choices=ThresholdType.choices, blank=True, default=""
    )
    notes = models.TextField(blank=True)
    metadata = ProofField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[StockRecordQuerySet] = StockRecordQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            # The list of all, newest first.
            models.Index(fields=["-created_at", "-id"], name="record_time_idx"),
            # Chart and record list of one monitor, newest first.
            models.Index(fields=["monitor", "-created_at"], name="record_monitor_time_idx"),
            # "All restocks since ...": change type over time.
            models.Index(fields=["change_type", "-created_at"], name="record_type_time_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.monitor_id}: {self.quantity} ({self.get_change_type_display()})"


class MonitorHistory(PublicIdModel):
    """Append-only event, and the row that hands it over to notifications.

    `planned_at` stays empty until the event was matched against the subscriptions.
    """

    website = models.ForeignKey(
        Website, on_delete=models.CASCADE, related_name="history", db_index=False
    )
    monitor = models.ForeignKey(
        Monitor,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="history",
        db_index=False,
    )
    record = models.ForeignKey(
        StockRecord, on_delete=models.SET_NULL, null=True, blank=True, related_name="events"
    )
    poll_run = models.ForeignKey(
        PollRun, on_delete=models.SET_NULL, null=True, blank=True, related_name="history"
    )
    event_type = models.CharField(max_length=32, choices=EventType.choices)
    from_quantity = models.BigIntegerField(null=True, blank=True)
    to_quantity = models.BigIntegerField(null=True, blank=True)
    delta = models.BigIntegerField(null=True, blank=True)
    alert = models.ForeignKey(
        "monitoring.Alert",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="history",
        db_index=False,
    )
    suppressed = models.CharField(
        max_length=16,
        choices=Suppressed.choices,
        blank=True,
        default="",
        editable=False,
        help_text="Why nobody is told of it although it happened.",
    )
    change_type = models.CharField(
        max_length=16, choices=ChangeType.choices, blank=True, default=""
    )
    threshold_breached = models.BooleanField(default=False)
    threshold_type = models.CharField(
        max_length=8, choices=ThresholdType.choices, blank=True, default=""
    )
    threshold_value = models.IntegerField(null=True, blank=True)
    message = models.TextField(blank=True)
    metadata = ProofField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    planned_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[MonitorHistoryQuerySet] = MonitorHistoryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        verbose_name = "event"
        verbose_name_plural = "events"
        indexes: ClassVar = [
            # The list of all, newest first.
            models.Index(fields=["-created_at", "-id"], name="history_time_idx"),
            # Event list of a monitor and of a website, newest first.
            models.Index(fields=["monitor", "-created_at"], name="history_monitor_time_idx"),
            models.Index(fields=["website", "-created_at"], name="history_website_time_idx"),
            # Lists by kind of event over time (B10).
            models.Index(fields=["event_type", "-created_at"], name="history_type_time_idx"),
            # The sweep looks for events nobody planned.
            models.Index(
                fields=["id"], condition=Q(planned_at__isnull=True), name="history_unplanned_idx"
            ),
            # The time line of one alert.
            models.Index(
                fields=["alert", "id"],
                condition=Q(alert__isnull=False),
                name="history_alert_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_event_type_display()} #{self.pk}"


class StockDay(models.Model):
    """What is left of a Monitor's records of one day (UTC) when they are older than is kept.

    Unknown is None: a day on which no number was known has none here either, and a day without
    records has no row.
    """

    monitor = models.ForeignKey(
        Monitor, on_delete=models.CASCADE, related_name="days", db_index=False
    )
    day = models.DateField()
    first_quantity = models.BigIntegerField(null=True, blank=True)
    last_quantity = models.BigIntegerField(null=True, blank=True)
    lowest = models.BigIntegerField(null=True, blank=True)
    highest = models.BigIntegerField(null=True, blank=True)
    last_available = models.BooleanField(null=True, blank=True)
    sold = models.PositiveBigIntegerField(default=0, help_text="Sum of all falls.")
    restocked = models.PositiveBigIntegerField(default=0, help_text="Sum of all rises.")
    records = models.PositiveIntegerField(default=0, help_text="Records it stands for.")
    gaps = models.PositiveIntegerField(default=0, help_text="Records that said: unknown.")
    last_price = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=8, blank=True)

    objects: ClassVar[StockDayQuerySet] = StockDayQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["-day", "-id"]
        constraints: ClassVar = [
            # Records that come late are added to their day; a second row would count twice.
            models.UniqueConstraint(fields=["monitor", "day"], name="stock_day_once_per_monitor")
        ]

    def __str__(self) -> str:
        return f"{self.monitor_id} on {self.day}"
