"""/api/v1/monitors/"""

from __future__ import annotations

from typing import Any, ClassVar

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.filters import LabelFilter, MomentFilter, TeamFilterSet
from accounts.api.viewsets import ListRetrieveViewSet
from accounts.choices import Role
from common.drf import StableOrdering
from common.openapi import failing
from monitoring.api.actions import MonitorSummarySerializer, StockPushSerializer
from monitoring.api.monitor_serializers import MonitorBulkSerializer, MonitorSerializer
from monitoring.api.records import HistorySerializer, StockRecordSerializer
from monitoring.api.silences import SilenceActionMixin
from monitoring.api.statistics import StatisticsActionsMixin
from monitoring.choices import MonitorStatus
from monitoring.models import Monitor
from monitoring.selectors import monitor_summary
from monitoring.services.ingest import stock_push
from monitoring.services.monitors import (
    monitor_pause,
    monitor_resume,
    monitors_delete,
)


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
    SilenceActionMixin,
    StatisticsActionsMixin,
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
        "silence": Role.OPERATOR,
        "summary": Role.VIEWER,
        "statistics": Role.VIEWER,
        "days": Role.VIEWER,
        "records": Role.VIEWER,
        "history": Role.VIEWER,
    }

    def perform_destroy(self, instance: Monitor) -> None:
        monitors_delete(monitors=Monitor.objects.filter(pk=instance.pk))

    @extend_schema(
        request=MonitorBulkSerializer,
        responses={
            201: MonitorSerializer(many=True),
            200: MonitorSerializer(many=True),
        },
    )
    @action(
        detail=False,
        methods=["post"],
        name="Create many",
        pagination_class=None,
        filter_backends=(),
    )
    def bulk(self, request: Request) -> Response:
        """Creates up to 1,000 monitors of one website, all or none, in the order they were sent.

        What is wrong is told by row: `monitors.3.product_id`. With `skip_existing` the request may
        be sent again: 201 when there was something to create, else 200.
        """
        body = MonitorBulkSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        self.require_role(body.validated_data["website"].team_id)
        monitors, count = body.save()
        answer = self.get_serializer(monitors, many=True).data
        return Response(answer, status=201 if count else 200)

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

    @extend_schema(
        request=StockPushSerializer, responses={201: StockRecordSerializer, **failing(409)}
    )
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
