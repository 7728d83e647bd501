"""/api/v1/monitors/"""

from __future__ import annotations

from typing import Any, ClassVar

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.filters import LabelFilter, MomentFilter, TeamFilterSet
from accounts.api.viewsets import ListRetrieveViewSet, VisibleRelatedField
from accounts.choices import Role
from common.drf import StableOrdering
from monitoring.api.actions import MonitorSummarySerializer, StockPushSerializer
from monitoring.api.records import HistorySerializer, StockRecordSerializer
from monitoring.choices import MonitorStatus
from monitoring.models import Monitor
from monitoring.selectors import last_checked_at, monitor_summary
from monitoring.services.ingest import stock_push
from monitoring.services.monitors import (
    monitor_create,
    monitor_pause,
    monitor_resume,
    monitor_update,
    monitors_bulk_create,
    monitors_delete,
)
from websites.models import Website

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
            "notify_on_restock",
            "notify_on_purchase",
            "notify_on_threshold",
            "notify_on_sold_out",
            "notify_on_price",
            "zero_means",
            "purchase_link",
            "buy_link",
            "last_checked_at",
            "last_changed_at",
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
            "created_at",
            "updated_at",
        )
        # Uniqueness and limits are checked by the service, for one row and for a thousand alike.
        validators: ClassVar[list[Any]] = []

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
    monitors = MonitorRowSerializer(many=True, allow_empty=False)


class MonitorFilter(TeamFilterSet):
    label = LabelFilter(field_name="labels")
    changed_since = MomentFilter(field_name="last_changed_at", lookup_expr="gte")
    in_stock = filters.BooleanFilter(field_name="available")
    is_unknown = filters.BooleanFilter(field_name="available", lookup_expr="isnull")
    is_active = filters.BooleanFilter(method="by_activity")
    is_low = filters.BooleanFilter(method="by_low")
    quantity_min = filters.NumberFilter(field_name="quantity", lookup_expr="gte")
    quantity_max = filters.NumberFilter(field_name="quantity", lookup_expr="lte")

    class Meta:
        model = Monitor
        fields = (
            "website",
            "public_id",
            "product_id",
            "config_option_id",
            "status",
            "available",
            "stock_control_enabled",
            "currency",
        )

    def by_activity(self, rows: Any, name: str, value: bool) -> Any:
        paused = {"status": MonitorStatus.PAUSED}
        return rows.exclude(**paused) if value else rows.filter(**paused)

    def by_low(self, rows: Any, name: str, value: bool) -> Any:
        low = {"threshold_state": "low"}
        return rows.filter(**low) if value else rows.exclude(**low)


class MonitorViewSet(
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    ListRetrieveViewSet[Monitor],
):
    """Products a team watches, with their last believed stock."""

    queryset = Monitor.objects.select_related("website")
    serializer_class = MonitorSerializer
    filterset_class = MonitorFilter
    search_fields = ("product_name", "product_id", "config_option_name", "website__name")
    ordering_fields = ("id", "product_name", "quantity", "price", "last_changed_at", "created_at")
    required_roles: ClassVar = {
        "create": Role.OPERATOR,
        "update": Role.OPERATOR,
        "partial_update": Role.OPERATOR,
        "bulk": Role.OPERATOR,
        "pause": Role.OPERATOR,
        "resume": Role.OPERATOR,
        "stock": Role.OPERATOR,
        "summary": Role.VIEWER,
        "records": Role.VIEWER,
        "history": Role.VIEWER,
    }

    def perform_destroy(self, instance: Monitor) -> None:
        monitors_delete(monitors=Monitor.objects.filter(pk=instance.pk))

    @extend_schema(request=MonitorBulkSerializer, responses={201: MonitorSerializer(many=True)})
    @action(
        detail=False,
        methods=["post"],
        name="Create many",
        pagination_class=None,
        filter_backends=(),
    )
    def bulk(self, request: Request) -> Response:
        """Creates up to 1,000 monitors of one website, all or none."""
        body = MonitorBulkSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        website = body.validated_data["website"]
        self.require_role(website.team_id)
        monitors = monitors_bulk_create(website=website, rows=body.validated_data["monitors"])
        return Response(self.get_serializer(monitors, many=True).data, status=201)

    @extend_schema(responses=MonitorSummarySerializer)
    @action(detail=True, methods=["get"])
    def summary(self, request: Request, pk: str) -> Response:
        """Where it stands and what happened this week."""
        return Response(MonitorSummarySerializer(monitor_summary(self.get_object())).data)

    @extend_schema(responses=StockRecordSerializer(many=True))
    @action(
        detail=True,
        methods=["get"],
        filter_backends=(StableOrdering,),
        ordering_fields=("id", "created_at"),
    )
    def records(self, request: Request, pk: str) -> Response:
        """What was seen of it when something changed, newest first."""
        return self._page(self.get_object().records, StockRecordSerializer)

    @extend_schema(responses=HistorySerializer(many=True))
    @action(
        detail=True,
        methods=["get"],
        filter_backends=(StableOrdering,),
        ordering_fields=("id", "created_at"),
    )
    def history(self, request: Request, pk: str) -> Response:
        """Its events, newest first; `?ordering=id` turns them round."""
        return self._page(self.get_object().history, HistorySerializer)

    def _page(self, rows: Any, serializer: Any) -> Response:
        page = self.paginate_queryset(self.filter_queryset(rows.order_by("-id")))
        return self.get_paginated_response(serializer(page, many=True).data)

    @extend_schema(request=StockPushSerializer, responses={201: StockRecordSerializer})
    @action(detail=True, methods=["post"])
    def stock(self, request: Request, pk: str) -> Response:
        """Pushes a reading (websites of source manual)."""
        monitor = self.get_object()
        body = StockPushSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        record = stock_push(monitor=monitor, quantity=body.validated_data["quantity"])
        return Response(StockRecordSerializer(record).data, status=201)

    @extend_schema(request=None, responses=MonitorSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """It keeps its last state and is not compared."""
        return Response(self.get_serializer(monitor_pause(monitor=self.get_object())).data)

    @extend_schema(request=None, responses=MonitorSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Compared again from the next poll on."""
        return Response(self.get_serializer(monitor_resume(monitor=self.get_object())).data)
