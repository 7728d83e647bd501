"""What is watched, what was seen of it, and what happened."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.models import PublicIdModel, TimeStampedModel
from monitoring.choices import (
    ChangeType,
    EventType,
    MonitorStatus,
    PollOutcome,
    PollState,
    PollTrigger,
    ThresholdState,
    ThresholdType,
    ZeroMeans,
)
from monitoring.querysets import (
    MonitorHistoryQuerySet,
    MonitorQuerySet,
    PollRunQuerySet,
    StockRecordQuerySet,
)
from websites.links import buy_link
from websites.models import LONGEST_INTERVAL, Website


class Monitor(PublicIdModel, TimeStampedModel):
    """A team's watch on one product of one Website, with its last believed state."""

    website = models.ForeignKey(Website, on_delete=models.CASCADE, related_name="monitors")
    product_id = models.CharField(max_length=190)
    config_option_id = models.CharField(
        max_length=64,
        blank=True,
        default="",
        help_text="Config option that must be offered. WHMCS options carry no stock of their own.",
    )
    product_name = models.CharField(max_length=250, blank=True)
    config_option_name = models.CharField(max_length=250, blank=True)
    labels = models.JSONField(default=list, blank=True)
    notes = models.TextField(blank=True)
    purchase_link = models.URLField(
        max_length=500, blank=True, help_text="Target of the buy button."
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="owned_monitors",
        help_text="Person a manual item belongs to.",
    )
    status = models.CharField(
        max_length=16, choices=MonitorStatus.choices, default=MonitorStatus.ACTIVE
    )
    status_reason = models.CharField(max_length=250, blank=True, editable=False)
    check_interval = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(LONGEST_INTERVAL)],
        help_text="Seconds; shortens the interval of its website. Empty: as the website.",
    )

    threshold_low = models.IntegerField(
        null=True, blank=True, help_text="Low is below this number."
    )
    threshold_high = models.IntegerField(
        null=True, blank=True, help_text="High is above this number."
    )
    notify_on_restock = models.BooleanField(default=True)
    notify_on_purchase = models.BooleanField(default=False)
    notify_on_threshold = models.BooleanField(default=True)
    notify_on_sold_out = models.BooleanField(default=True)
    notify_on_price = models.BooleanField(default=False)
    zero_means = models.CharField(
        max_length=16,
        choices=ZeroMeans.choices,
        default=ZeroMeans.AUTO,
        help_text="Some WHMCS versions send 0 both for sold out and for no stock control.",
    )

    # Last believed state. `first_read_at` is empty until the baseline was taken.
    quantity = models.BigIntegerField(null=True, blank=True, editable=False)
    available = models.BooleanField(null=True, blank=True, editable=False)
    stock_control_enabled = models.BooleanField(null=True, blank=True, editable=False)
    price = models.DecimalField(
        max_digits=14, decimal_places=2, null=True, blank=True, editable=False
    )
    currency = models.CharField(max_length=8, blank=True, editable=False)
    threshold_state = models.CharField(
        max_length=8, choices=ThresholdState.choices, blank=True, default="", editable=False
    )
    positive_source = models.CharField(
        max_length=32,
        blank=True,
        editable=False,
        help_text="Source kind that once showed a number above 0: its 0 then means sold out.",
    )
    evidence = models.JSONField(default=dict, blank=True, editable=False)
    first_read_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    missing_since = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[MonitorQuerySet] = MonitorQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["website_id", "product_name", "id"]
        constraints: ClassVar = [
            # A product option is watched once per website (B02); "" stands for no option.
            models.UniqueConstraint(
                fields=["website", "product_id", "config_option_id"],
                name="monitor_product_option_once_per_website",
            ),
            models.CheckConstraint(
                condition=Q(check_interval__isnull=True) | Q(check_interval__gte=5),
                name="monitor_interval_at_least_5s",
            ),
        ]
        indexes: ClassVar = [
            # A poll loads the monitors of its website that are not paused.
            models.Index(fields=["website", "status"], name="monitor_website_status_idx"),
            # Lists of what is in stock or out.
            models.Index(fields=["available", "quantity"], name="monitor_stock_idx"),
        ]

    def __str__(self) -> str:
        name = self.product_name or f"Product {self.product_id}"
        return f"{name} / {self.config_option_name}" if self.config_option_name else name

    @property
    def is_active(self) -> bool:
        return self.status != MonitorStatus.PAUSED

    @property
    def buy_link(self) -> str:
        """Where to buy it: its own link, or the website's template filled in."""
        return buy_link(
            template=self.website.link_template,
            own=self.purchase_link,
            product_id=self.product_id,
            shop_url=self.website.url,
        )


class PollRun(models.Model):
    """One reading of a Website, or a row of equal scheduled ones in which nothing changed."""

    website = models.ForeignKey(Website, on_delete=models.CASCADE, related_name="poll_runs")
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
        return f"Poll {self.pk} of {self.website}"


class StockRecord(models.Model):
    """Append-only: what was seen of a Monitor when something about it changed."""

    monitor = models.ForeignKey(Monitor, on_delete=models.CASCADE, related_name="records")
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
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[StockRecordQuerySet] = StockRecordQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            # Chart and record list of one monitor, newest first.
            models.Index(fields=["monitor", "-created_at"], name="record_monitor_time_idx"),
            # "All restocks since ...": change type over time.
            models.Index(fields=["change_type", "-created_at"], name="record_type_time_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.monitor_id}: {self.quantity} ({self.change_type})"


class MonitorHistory(PublicIdModel):
    """Append-only event, and the row that hands it over to notifications.

    `planned_at` stays empty until the event was matched against the subscriptions.
    """

    website = models.ForeignKey(Website, on_delete=models.CASCADE, related_name="history")
    monitor = models.ForeignKey(
        Monitor, on_delete=models.CASCADE, null=True, blank=True, related_name="history"
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
    change_type = models.CharField(
        max_length=16, choices=ChangeType.choices, blank=True, default=""
    )
    threshold_breached = models.BooleanField(default=False)
    threshold_type = models.CharField(
        max_length=8, choices=ThresholdType.choices, blank=True, default=""
    )
    threshold_value = models.IntegerField(null=True, blank=True)
    message = models.TextField(blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    planned_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar[MonitorHistoryQuerySet] = MonitorHistoryQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        verbose_name = "event"
        verbose_name_plural = "events"
        indexes: ClassVar = [
            # Event list of a monitor and of a website, newest first.
            models.Index(fields=["monitor", "-created_at"], name="history_monitor_time_idx"),
            models.Index(fields=["website", "-created_at"], name="history_website_time_idx"),
            # Lists by kind of event over time (B10).
            models.Index(fields=["event_type", "-created_at"], name="history_type_time_idx"),
            # The sweep looks for events nobody planned.
            models.Index(
                fields=["id"], condition=Q(planned_at__isnull=True), name="history_unplanned_idx"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_event_type_display()} #{self.pk}"
