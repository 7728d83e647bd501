"""Episodes somebody has to care about, and spans of time in which nobody wants to hear of them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import Team
from common.models import PublicIdModel, TimeStampedModel
from monitoring.choices import AlertKind, AlertStatus, ResolveReason
from monitoring.models.watching import Monitor
from monitoring.querysets import AlertQuerySet, SilenceQuerySet
from websites.models import Website


class Alert(PublicIdModel, TimeStampedModel):
    """One episode of a Monitor (low, high, out of stock) or of a Website (unreachable).

    open -> acknowledged (somebody cares: no more reminders) -> resolved. Only believed readings
    open or resolve one by themselves; every transition is an event of MonitorHistory.
    """

    website = models.ForeignKey(Website, on_delete=models.CASCADE, related_name="alerts")
    monitor = models.ForeignKey(
        Monitor, on_delete=models.SET_NULL, null=True, blank=True, related_name="alerts"
    )
    subject = models.CharField(
        max_length=250,
        blank=True,
        help_text="Name of what it is about; stays when that is deleted.",
    )
    kind = models.CharField(max_length=16, choices=AlertKind.choices)
    status = models.CharField(max_length=16, choices=AlertStatus.choices, default=AlertStatus.OPEN)
    quantity = models.BigIntegerField(
        null=True, blank=True, help_text="Stock when it was opened; empty when unknown."
    )
    threshold = models.IntegerField(null=True, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="acknowledged_alerts",
    )
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="resolved_alerts",
    )
    resolve_reason = models.CharField(
        max_length=24, choices=ResolveReason.choices, blank=True, default=""
    )
    note = models.CharField(
        max_length=250, blank=True, help_text="What the person who acted on it said."
    )
    last_sent_at = models.DateTimeField(
        null=True, blank=True, help_text="When people were last told of it (opened or reminded)."
    )
    next_alert_at = models.DateTimeField(
        null=True, blank=True, help_text="Nobody is told of it again before then."
    )
    reminder_count = models.PositiveIntegerField(default=0)

    objects: ClassVar[AlertQuerySet] = AlertQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["-opened_at", "-id"]
        constraints: ClassVar = [
            # Not a query but this keeps parallel workers from opening one twice.
            models.UniqueConstraint(
                fields=["monitor", "kind"],
                condition=Q(resolved_at__isnull=True, monitor__isnull=False),
                name="alert_one_unresolved_per_monitor_and_kind",
            ),
            models.UniqueConstraint(
                fields=["website", "kind"],
                condition=Q(resolved_at__isnull=True, kind="unreachable"),
                name="alert_one_unresolved_per_website",
            ),
            models.CheckConstraint(
                condition=Q(status="resolved", resolved_at__isnull=False)
                | (~Q(status="resolved") & Q(resolved_at__isnull=True)),
                name="alert_resolved_has_its_time",
            ),
        ]
        indexes: ClassVar = [
            # The reminder scan.
            models.Index(
                fields=["next_alert_at"], condition=Q(status="open"), name="alert_reminder_idx"
            ),
            # What is not over yet, newest first: few among many.
            models.Index(
                fields=["-opened_at"],
                condition=Q(resolved_at__isnull=True),
                name="alert_unresolved_idx",
            ),
            # Lists of a website by status; the last alert of a monitor and kind (24 h rule).
            models.Index(fields=["website", "status", "-opened_at"], name="alert_website_idx"),
            models.Index(fields=["monitor", "kind", "-opened_at"], name="alert_monitor_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"


class Silence(TimeStampedModel):
    """A span of time in which matching events are recorded but not announced. Empty means any."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="silences")
    website = models.ForeignKey(
        Website, on_delete=models.CASCADE, null=True, blank=True, related_name="silences"
    )
    monitor = models.ForeignKey(
        Monitor, on_delete=models.CASCADE, null=True, blank=True, related_name="silences"
    )
    event_types = models.JSONField(
        default=list, blank=True, help_text="Kinds of events; none named means all."
    )
    label = models.CharField(
        max_length=60, blank=True, help_text="Websites and monitors that carry this label."
    )
    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=250)
    author = models.CharField(
        max_length=150, blank=True, editable=False, help_text="Who asked for it, and by which way."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="created_silences",
    )

    objects: ClassVar[SilenceQuerySet] = SilenceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering: ClassVar = ["-starts_at", "-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="silence_ends_after_it_starts"
            )
        ]
        indexes: ClassVar = [
            # The planner asks which silences of a team hold now.
            models.Index(fields=["team", "ends_at"], name="silence_team_end_idx")
        ]

    def __str__(self) -> str:
        return gettext("%(reason)s (until %(time)s)") % {
            "reason": self.reason,
            "time": f"{self.ends_at:%Y-%m-%d %H:%M}",
        }
