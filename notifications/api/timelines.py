"""/api/v1/alerts/{id}/timeline/: what happened and who was told stand in different rooms."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import Role
from monitoring.api.alerts import AlertViewSet
from notifications.choices import NotificationStatus
from notifications.timelines import alert_timeline


class AuthorSerializer(serializers.Serializer[Any]):
    """`kind` is system, user, bot, link or key; `id` is a user's."""

    kind = serializers.CharField()
    id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField(allow_blank=True)


class EntrySerializer(serializers.Serializer[Any]):
    """`what` is an event type, `message`, `silence_begins` or `silence_ends`."""

    at = serializers.DateTimeField()
    what = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    author = AuthorSerializer(allow_null=True)
    why = serializers.CharField(allow_blank=True, help_text="Why nobody was told.")
    event = serializers.IntegerField(source="event.pk", allow_null=True, default=None)
    notification = serializers.IntegerField(source="notification.pk", allow_null=True, default=None)
    silence = serializers.IntegerField(source="silence.pk", allow_null=True, default=None)
    channel = serializers.IntegerField(
        source="notification.channel_id", allow_null=True, default=None
    )
    status = serializers.ChoiceField(
        source="notification.status",
        choices=NotificationStatus.choices,
        allow_null=True,
        default=None,
        help_text="Of the message.",
    )


class AlertTimelineViewSet(AlertViewSet):
    __doc__ = AlertViewSet.__doc__

    required_roles: ClassVar = {**AlertViewSet.required_roles, "timeline": Role.VIEWER}

    @extend_schema(summary="Timeline", responses=EntrySerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=())
    def timeline(self, request: Request, pk: str) -> Response:
        """From the first event to the last message: who acted, who was told, and why not."""
        return Response(EntrySerializer(alert_timeline(self.get_object()), many=True).data)
