"""/api/v1/stock-records/, /history/ and /poll-runs/: append-only rows."""

from __future__ import annotations

from typing import ClassVar

from django_filters import rest_framework as filters
from rest_framework import serializers

from accounts.api.filters import MomentFilter, TeamFilterSet
from accounts.api.viewsets import ListRetrieveViewSet
from accounts.choices import Role
from monitoring.api.feeds import FeedMixin
from monitoring.choices import ChangeType, ThresholdType
from monitoring.models import MonitorHistory, PollRun, StockRecord
from websites.models import Website


class StockRecordSerializer(serializers.ModelSerializer[StockRecord]):
    threshold_type = serializers.ChoiceField(
        choices=ThresholdType.choices, allow_blank=True, read_only=True
    )

    class Meta:
        model = StockRecord
        fields = (
            "id",
            "monitor",
            "poll_run",
            "quantity",
            "available",
            "stock_control_enabled",
            "delta",
            "change_type",
            "price",
            "currency",
            "threshold_breached",
            "threshold_type",
            "notes",
            "metadata",
            "created_at",
        )
        read_only_fields = fields


class HistorySerializer(serializers.ModelSerializer[MonitorHistory]):
    change_type = serializers.ChoiceField(
        choices=ChangeType.choices, allow_blank=True, read_only=True
    )
    threshold_type = serializers.ChoiceField(
        choices=ThresholdType.choices, allow_blank=True, read_only=True
    )

    class Meta:
        model = MonitorHistory
        fields = (
            "id",
            "public_id",
            "website",
            "monitor",
            "record",
            "poll_run",
            "event_type",
            "from_quantity",
            "to_quantity",
            "delta",
            "change_type",
            "threshold_breached",
            "threshold_type",
            "threshold_value",
            "message",
            "metadata",
            "created_at",
        )
        read_only_fields = fields


class PollRunSerializer(serializers.ModelSerializer[PollRun]):
    class Meta:
        model = PollRun
        fields = (
            "id",
            "website",
            "state",
            "outcome",
            "trigger",
            "count",
            "first_at",
            "last_at",
            "finished_at",
            "duration_ms",
            "monitors_checked",
            "products_seen",
            "changes",
            "events",
            "requests_made",
            "bytes_read",
            "source",
            "error_code",
            "error_message",
            "advice",
        )
        read_only_fields = fields


class _Since(TeamFilterSet):
    since = MomentFilter(field_name="created_at", lookup_expr="gte")
    until = MomentFilter(field_name="created_at", lookup_expr="lt")


class StockRecordFilter(_Since):
    website = filters.ModelChoiceFilter(
        field_name="monitor__website", queryset=Website.objects.all()
    )

    class Meta:
        model = StockRecord
        fields = (
            "monitor",
            "poll_run",
            "change_type",
            "available",
            "threshold_breached",
            "threshold_type",
        )


class HistoryFilter(_Since):
    class Meta:
        model = MonitorHistory
        fields = (
            "website",
            "monitor",
            "record",
            "poll_run",
            "public_id",
            "event_type",
            "change_type",
            "threshold_breached",
            "threshold_type",
        )


class PollRunFilter(TeamFilterSet):
    since = MomentFilter(field_name="last_at", lookup_expr="gte")
    until = MomentFilter(field_name="last_at", lookup_expr="lt")

    class Meta:
        model = PollRun
        fields = ("website", "state", "outcome", "trigger", "source", "error_code")


class StockRecordViewSet(ListRetrieveViewSet[StockRecord]):
    """Observations, written when something changed."""

    queryset = StockRecord.objects.all()
    serializer_class = StockRecordSerializer
    filterset_class = StockRecordFilter
    search_fields = ("monitor__product_name",)
    ordering_fields = ("id", "created_at", "quantity")


class HistoryViewSet(FeedMixin, ListRetrieveViewSet[MonitorHistory]):
    """Events: what happened to products and websites."""

    queryset = MonitorHistory.objects.all()
    serializer_class = HistorySerializer
    filterset_class = HistoryFilter
    search_fields = ("message", "monitor__product_name", "website__name")
    ordering_fields = ("id", "created_at")
    required_roles: ClassVar = {"feed": Role.VIEWER, "feed_address": Role.VIEWER}


class PollRunViewSet(ListRetrieveViewSet[PollRun]):
    """Readings of websites; a row of equal unchanged ones has a count."""

    queryset = PollRun.objects.all()
    serializer_class = PollRunSerializer
    filterset_class = PollRunFilter
    search_fields = ("error_code", "error_message")
    ordering_fields = ("id", "last_at", "duration_ms")
