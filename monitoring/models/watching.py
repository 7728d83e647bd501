"""What is watched, and its last believed state."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from common.models import PublicIdModel, TimeStampedModel
from monitoring.choices import MonitorStatus, ThresholdState, ZeroMeans
from monitoring.querysets import MonitorQuerySet
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
    hysteresis = models.PositiveIntegerField(
        default=0,
        help_text="So far back within a threshold it must be before it counts as recovered.",
    )
    confirm_reads = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(10)],
        help_text="So many readings in a row must show it in or out of stock before that counts. "
        "More than 1 delays alerts.",
    )
    notify_on_restock = models.BooleanField(default=True)
    notify_on_purchase = models.BooleanField(default=False)
    notify_on_threshold = models.BooleanField(default=True)
    notify_on_sold_out = models.BooleanField(default=True)
    notify_on_price = models.BooleanField(default=False)
    is_on_board = models.BooleanField(
        default=True,
        verbose_name="on the public board",
        help_text="Counts where the team has switched its board on.",
    )
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
    pending = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text="A change of availability that waits for more readings that say the same.",
    )
    flapping = models.JSONField(
        default=dict,
        blank=True,
        editable=False,
        help_text="When it lately went in and out of stock.",
    )
    flapping_until = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="It went in and out of stock too often: nobody is told of it before then.",
    )
    first_read_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_changed_at = models.DateTimeField(null=True, blank=True, editable=False)
    in_stock_since = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="When it came into stock last; it counts while it is available.",
    )
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
            # The ticker looks for those whose flapping is over.
            models.Index(
                fields=["flapping_until"],
                condition=Q(flapping_until__isnull=False),
                name="monitor_flapping_idx",
            ),
            # The overview counts states by website and reads nothing but this.
            models.Index(
                fields=["website", "available", "threshold_state"], name="monitor_state_idx"
            ),
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
