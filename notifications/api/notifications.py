"""/api/v1/notifications/"""

from __future__ import annotations

from typing import Any, ClassVar

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.filters import MomentFilter, TeamFilterSet
from accounts.api.viewsets import ListRetrieveViewSet
from accounts.choices import Role
from common.openapi import failing
from monitoring.models import Monitor, MonitorHistory
from notifications.models import NotificationLog
from notifications.services.outbox import notification_resend
from websites.models import Website


class NotificationSerializer(serializers.ModelSerializer[NotificationLog]):
    events: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = NotificationLog
        fields = (
            "id",
            "public_id",
            "channel",
            "notification_type",
            "subject",
            "message",
            "status",
            "retry_count",
            "next_attempt_at",
            "sent_at",
            "delivered_at",
            "provider_status",
            "error_code",
            "error_message",
            "resend_of",
            "created_at",
            "events",
        )
        read_only_fields = fields


class NotificationFilter(TeamFilterSet):
    since = MomentFilter(field_name="created_at", lookup_expr="gte")
    until = MomentFilter(field_name="created_at", lookup_expr="lt")
    events = filters.ModelChoiceFilter(queryset=MonitorHistory.objects.all())
    website = filters.ModelChoiceFilter(
        field_name="events__website", queryset=Website.objects.all(), distinct=True
    )
    monitor = filters.ModelChoiceFilter(
        field_name="events__monitor", queryset=Monitor.objects.all(), distinct=True
    )

    class Meta:
        model = NotificationLog
        fields = (
            "channel",
            "public_id",
            "status",
            "notification_type",
            "error_code",
            "resend_of",
        )


class NotificationViewSet(ListRetrieveViewSet[NotificationLog]):
    """Messages owed to channels and what became of them."""

    queryset = NotificationLog.objects.select_related("channel").prefetch_related("events")
    serializer_class = NotificationSerializer
    filterset_class = NotificationFilter
    search_fields = ("subject", "message", "error_message")
    ordering_fields = ("id", "created_at", "sent_at", "next_attempt_at")
    required_roles: ClassVar = {"resend": Role.OPERATOR}

    @extend_schema(request=None, responses={201: NotificationSerializer, **failing(409)})
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, pk: str) -> Response:
        """Owes the same message once more, as a new row."""
        row = notification_resend(notification=self.get_object())
        return Response(NotificationSerializer(row).data, status=201)
