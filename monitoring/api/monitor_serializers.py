"""Monitors as they are sent and answered, one or a thousand."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import URLValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.errors import renamed_fields
from accounts.api.viewsets import VisibleRelatedField
from monitoring.choices import MonitorStatus
from monitoring.models import Monitor
from monitoring.selectors import last_checked_at
from monitoring.services.monitors import (
    BULK_LIMIT,
    monitor_create,
    monitor_update,
    monitors_bulk_create,
    monitors_bulk_ensure,
)
from websites.models import Website

WEB_ADDRESS = URLValidator(schemes=["http", "https"])
# Old names of the same thing (requirements, "Settled").
ALIASES = {
    "notify_on_stock_low": "notify_on_threshold",
    "low_stock_threshold": "threshold_low",
}


class ProductIdField(serializers.CharField):
    """A text, or the whole number that WHMCS uses."""

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, float):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class MonitorSerializer(serializers.ModelSerializer[Monitor]):
    """`is_active` is an alias of `status` not paused; `notify_on_stock_low` and
    `low_stock_threshold` are taken as old names of `notify_on_threshold` and `threshold_low`."""

    website = VisibleRelatedField(queryset=Website.objects.all())
    product_id = ProductIdField(
        max_length=190, help_text="A whole number is taken, too; it becomes a text."
    )
    status = serializers.ChoiceField(choices=MonitorStatus.choices, required=False)
    is_active = serializers.BooleanField(required=False)
    labels = serializers.ListField(child=serializers.CharField(), required=False)
    # A plain text to clients, because "" is no address.
    purchase_link = serializers.CharField(
        required=False, allow_blank=True, max_length=500, help_text="Target of the buy button."
    )
    last_checked_at = serializers.SerializerMethodField()

    class Meta:
        model = Monitor
        fields = (
            "id",
            "public_id",
            "website",
            "product_id",
            "config_option_id",
            "product_name",
            "config_option_name",
            "labels",
            "notes",
            "is_active",
            "status",
            "status_reason",
            "check_interval",
            "quantity",
            "available",
            "stock_control_enabled",
            "price",
            "currency",
            "threshold_low",
            "threshold_high",
            "hysteresis",
            "confirm_reads",
            "notify_on_restock",
            "notify_on_purchase",
            "notify_on_threshold",
            "notify_on_sold_out",
            "notify_on_price",
            "is_on_board",
            "zero_means",
            "purchase_link",
            "buy_link",
            "last_checked_at",
            "last_changed_at",
            "in_stock_since",
            "created_at",
            "updated_at",
        )
        read_only_fields = (
            "public_id",
            "status_reason",
            "quantity",
            "available",
            "stock_control_enabled",
            "price",
            "currency",
            "last_changed_at",
            "in_stock_since",
            "created_at",
            "updated_at",
        )
        # Uniqueness and limits are checked by the service, for one row and for a thousand alike.
        validators: ClassVar[list[Any]] = []

    @extend_schema_field(serializers.DateTimeField(allow_null=True))
    def get_last_checked_at(self, monitor: Monitor) -> Any:
        moment = last_checked_at(monitor)
        return serializers.DateTimeField().to_representation(moment) if moment else None

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            data = {ALIASES.get(name, name): value for name, value in data.items()}
        values = super().to_internal_value(data)
        is_active = values.pop("is_active", None)
        if is_active is not None and "status" not in values:
            values["status"] = MonitorStatus.ACTIVE if is_active else MonitorStatus.PAUSED
        return values

    def validate_website(self, website: Website) -> Website:
        if self.instance is not None and website.pk != self.instance.website_id:
            raise serializers.ValidationError("A monitor stays with its website.")
        return website

    def validate_purchase_link(self, address: str) -> str:
        if address:
            WEB_ADDRESS(address)
        return address

    def create(self, validated_data: dict[str, Any]) -> Monitor:
        self.context["view"].require_role(validated_data["website"].team_id)
        return monitor_create(**validated_data)

    def update(self, instance: Monitor, validated_data: dict[str, Any]) -> Monitor:
        validated_data.pop("website", None)
        return monitor_update(monitor=instance, **validated_data)


class MonitorRowSerializer(MonitorSerializer):
    """A row of a bulk: the website stands beside the rows."""

    website = None  # type: ignore[assignment]

    class Meta(MonitorSerializer.Meta):
        fields = tuple(  # type: ignore[assignment]
            n for n in MonitorSerializer.Meta.fields if n != "website"
        )


class MonitorBulkSerializer(serializers.Serializer[Any]):
    website = VisibleRelatedField(queryset=Website.objects.all())
    monitors = MonitorRowSerializer(  # type: ignore[call-arg]  # the list takes it
        many=True, allow_empty=False, max_length=BULK_LIMIT
    )
    skip_existing = serializers.BooleanField(
        default=False,
        help_text="Leave products alone that are watched already, instead of refusing all: "
        "then the same request may be sent again.",
    )

    def create(self, validated_data: dict[str, Any]) -> tuple[list[Monitor], int]:
        """(the monitor of every row, how many are new)"""
        website, rows = validated_data["website"], validated_data["monitors"]
        with renamed_fields(lambda name: f"monitors.{name}"):
            if validated_data["skip_existing"]:
                return monitors_bulk_ensure(website=website, rows=rows)
            made = monitors_bulk_create(website=website, rows=rows)
        return made, len(made)
