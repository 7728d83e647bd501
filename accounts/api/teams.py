"""/api/v1/teams/: the teams of the caller."""

from __future__ import annotations

from rest_framework import serializers

from accounts.api.viewsets import ListRetrieveViewSet
from accounts.models import Team


class TeamSerializer(serializers.ModelSerializer[Team]):
    class Meta:
        model = Team
        fields = (
            "id",
            "public_id",
            "name",
            "slug",
            "time_zone",
            "language",
            "low_stock_threshold",
            "reminders",
            "reminder_hour",
            "is_board_on",
            "is_quantity_on_board",
        )
        read_only_fields = fields


class TeamViewSet(ListRetrieveViewSet[Team]):
    """Teams the caller belongs to."""

    queryset = Team.objects.all()
    serializer_class = TeamSerializer
    filterset_fields = ("slug", "public_id")
    search_fields = ("name", "slug")
    ordering_fields = ("id", "name")
