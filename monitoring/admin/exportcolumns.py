"""What the files of the lists hold. Secrets and where they are kept are no columns.

The names are those of the API, and of the columns that an import reads.
"""

from __future__ import annotations

from django.db.models import F
from django.db.models.functions import Coalesce

from accounts.admin.exporting import Column
from monitoring.choices import MonitorStatus


def _is_active(status: str) -> bool:
    return status != MonitorStatus.PAUSED


TEAM = Column("team", "website__team__slug")
WEBSITE = Column("website", "website__name")

WEBSITES = (
    Column("team", "team__slug"),
    *map(
        Column,
        ("name", "source", "url", "region", "labels", "link_template", "poll_interval", "is_active", "is_on_board",
         "health", "last_polled_at", "last_success_at", "last_error", "public_id", "created_at"),
    ),
)  # fmt: skip

MONITORS = (
    TEAM,
    WEBSITE,
    *map(
        Column,
        ("product_id", "config_option_id", "product_name", "config_option_name"),
    ),
    Column("is_active", "status", _is_active),
    *map(
        Column,
        ("status", "quantity", "available", "stock_control_enabled", "price", "currency",
         "threshold_low", "threshold_high", "hysteresis", "confirm_reads", "notify_on_restock",
         "notify_on_purchase", "notify_on_threshold", "notify_on_sold_out", "notify_on_price",
         "check_interval", "zero_means", "is_on_board", "labels", "notes", "purchase_link"),
    ),
    Column("owner", "owner__username"),
    Column("last_checked_at", Coalesce(F("missing_since"), F("website__last_success_at"))),
    *map(Column, ("last_changed_at", "public_id", "created_at")),
)  # fmt: skip

HISTORY = (
    Column("created_at"),
    TEAM,
    WEBSITE,
    Column("product_id", "monitor__product_id"),
    Column("config_option_id", "monitor__config_option_id"),
    Column("product_name", "monitor__product_name"),
    *map(
        Column,
        ("event_type", "from_quantity", "to_quantity", "delta", "change_type", "threshold_type",
         "threshold_value", "message", "public_id"),
    ),
)  # fmt: skip

RECORDS = (
    Column("created_at"),
    Column("team", "monitor__website__team__slug"),
    Column("website", "monitor__website__name"),
    Column("product_id", "monitor__product_id"),
    Column("product_name", "monitor__product_name"),
    *map(
        Column,
        ("quantity", "available", "stock_control_enabled", "delta", "change_type", "price",
         "currency", "threshold_type", "notes"),
    ),
)  # fmt: skip

ALERTS = (
    *map(Column, ("opened_at", "status", "kind")),
    TEAM,
    WEBSITE,
    Column("product_id", "monitor__product_id"),
    *map(Column, ("subject", "quantity", "threshold", "acknowledged_at")),
    Column("acknowledged_by", "acknowledged_by__username"),
    Column("resolved_at"),
    Column("resolved_by", "resolved_by__username"),
    *map(
        Column,
        ("resolve_reason", "note", "last_sent_at", "next_alert_at", "reminder_count", "public_id"),
    ),
)
