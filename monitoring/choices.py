from __future__ import annotations

from django.db import models


class MonitorStatus(models.TextChoices):
    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"
    ERROR = "error", "Needs attention"


class ZeroMeans(models.TextChoices):
    """What a 0 without a stock-control flag means for a product (contract section 6)."""

    AUTO = "auto", "Find out"
    SOLD_OUT = "sold_out", "Sold out"
    UNLIMITED = "unlimited", "Unlimited"


class ChangeType(models.TextChoices):
    """What a StockRecord says about the step from the one before it."""

    INITIAL = "initial", "First reading"
    RESTOCK = "restock", "Restock"
    PURCHASE = "purchase", "Purchase"
    ADJUSTED = "adjusted", "Something else changed"
    UNCHANGED = "unchanged", "Unchanged"


class ThresholdType(models.TextChoices):
    LOW = "low", "Low"
    HIGH = "high", "High"


class ThresholdState(models.TextChoices):
    """Where the last believed number stood; empty until a number was compared."""

    OK = "ok", "Within limits"
    LOW = "low", "Below the low threshold"
    HIGH = "high", "Above the high threshold"


class EventType(models.TextChoices):
    """Everything that may be announced (contract section 4)."""

    RESTOCKED = "restocked", "Restocked"
    STOCK_INCREASED = "stock_increased", "Stock increased"
    STOCK_DECREASED = "stock_decreased", "Purchased"
    SOLD_OUT = "sold_out", "Sold out"
    THRESHOLD_BREACH_LOW = "threshold_breach_low", "Low stock"
    THRESHOLD_BREACH_HIGH = "threshold_breach_high", "High stock"
    THRESHOLD_RECOVERED = "threshold_recovered", "Back within limits"
    PRICE_CHANGED = "price_changed", "Price changed"
    PRODUCT_NEW = "product_new", "New product"
    PRODUCT_MISSING = "product_missing", "Product missing"
    PRODUCT_RENAMED = "product_renamed", "Product renamed"
    PRODUCT_MOVED = "product_moved", "Product moved"
    STOCK_CONTROL_CHANGED = "stock_control_changed", "Stock control switched"
    MONITOR_FLAPPING = "monitor_flapping", "Flapping"
    WEBSITE_UNREACHABLE = "website_unreachable", "Website unreachable"
    WEBSITE_RECOVERED = "website_recovered", "Website recovered"
    SNAPSHOT_QUARANTINED = "snapshot_quarantined", "Reading not believed yet"
    ALERT_OPENED = "alert_opened", "Alert opened"
    ALERT_ACKNOWLEDGED = "alert_acknowledged", "Alert acknowledged"
    ALERT_REMINDER = "alert_reminder", "Reminder"
    ALERT_RESOLVED = "alert_resolved", "Alert resolved"


class Suppressed(models.TextChoices):
    """Why an event that happened is not announced."""

    NO = "", "It is announced"
    BASELINE = "baseline", "It was so at the first reading"
    DEDUPE = "dedupe", "Told within the last 24 hours"
    FLAPPING = "flapping", "It goes in and out of stock all the time"


class AlertKind(models.TextChoices):
    LOW = "low", "Low stock"
    HIGH = "high", "High stock"
    OUT_OF_STOCK = "out_of_stock", "Out of stock"
    UNREACHABLE = "unreachable", "Website unreachable"


class AlertStatus(models.TextChoices):
    OPEN = "open", "Open"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    RESOLVED = "resolved", "Resolved"


class ResolveReason(models.TextChoices):
    RECOVERED = "recovered", "Back within limits"
    MANUAL = "manual", "By hand"
    THRESHOLD = "threshold", "The threshold was changed"
    PAUSED = "paused", "The monitor was paused"
    DELETED = "deleted", "The monitor was deleted"


class PollState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class PollOutcome(models.TextChoices):
    """What a finished poll proved."""

    NONE = "", "Not finished"
    UNCHANGED = "unchanged", "Nothing changed"
    CHANGED = "changed", "Something changed"
    QUARANTINED = "quarantined", "Not believed yet"
    ERROR = "error", "Failed"
    LOST = "lost", "Taken over by another worker"


class PollTrigger(models.TextChoices):
    SCHEDULE = "schedule", "Schedule"
    REQUEST = "request", "Requested"
