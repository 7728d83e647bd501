"""/api/v1/silences/: spans of time in which matching events are not announced."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.filters import MomentFilter, TeamFilterSet
from accounts.api.viewsets import ListRetrieveViewSet, VisibleRelatedField, chosen_team
from accounts.choices import Role
from accounts.models import Team
from common.openapi import failing
from monitoring.api.authors import author_of
from monitoring.choices import EventType
from monitoring.models import Monitor, Silence
from monitoring.services.silences import LONGEST, silence_create, silence_end
from websites.models import Website

MOST_MINUTES = int(LONGEST.total_seconds() // 60)


class SpanSerializer(serializers.Serializer[Any]):
    """How long, and why: either `ends_at` or `minutes` from the beginning."""

    starts_at = serializers.DateTimeField(required=False, help_text="Without it: now.")
    ends_at = serializers.DateTimeField(required=False)
    minutes = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_MINUTES, write_only=True
    )
    event_types = serializers.ListField(
        child=serializers.ChoiceField(choices=EventType.choices),
        required=False,
        help_text="None named: all.",
    )
    reason = serializers.CharField(max_length=250, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        minutes = attrs.pop("minutes", None)
        if (minutes is None) == ("ends_at" not in attrs):
            raise serializers.ValidationError({"ends_at": ["Give either ends_at or minutes."]})
        for name in ("starts_at", "ends_at"):
            _refuse_distant(name, attrs.get(name))
        if minutes is not None:
            begins = attrs.get("starts_at") or timezone.now()
            attrs["ends_at"] = begins + timedelta(minutes=minutes)
        return attrs


def _refuse_distant(name: str, moment: datetime | None) -> None:
    """Not every database compares with the years 1 and 9999."""
    if moment is not None and not 1900 <= moment.year <= 9000:
        raise serializers.ValidationError({name: ["Give a time between the years 1900 and 9000."]})


class SilenceSerializer(SpanSerializer, serializers.ModelSerializer[Silence]):
    team = VisibleRelatedField(queryset=Team.objects.all(), required=False)
    website = VisibleRelatedField(
        queryset=Website.objects.all(), required=False, allow_null=True, default=None
    )
    monitor = VisibleRelatedField(
        queryset=Monitor.objects.select_related("website"),
        required=False,
        allow_null=True,
        default=None,
    )
    label = serializers.CharField(  # type: ignore[assignment]  # a field of every serializer
        max_length=60, allow_blank=True, default=""
    )
    is_in_force = serializers.SerializerMethodField()

    class Meta:
        model = Silence
        fields = (
            "id",
            "team",
            "website",
            "monitor",
            "event_types",
            "label",
            "starts_at",
            "ends_at",
            "minutes",
            "reason",
            "author",
            "is_in_force",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("author", "created_at", "updated_at")

    @extend_schema_field(serializers.BooleanField)
    def get_is_in_force(self, silence: Silence) -> bool:
        return silence.starts_at <= timezone.now() < silence.ends_at

    def create(self, validated_data: dict[str, Any]) -> Silence:
        view = self.context["view"]
        named = validated_data["monitor"] or validated_data["website"]
        given = validated_data.pop("team", None) or (_team_of(named) if named else None)
        team = chosen_team(self.context["request"], given)
        view.require_role(team.pk)
        return silence_create(team=team, author=author_of(view.actor), **validated_data)


def _team_of(row: Monitor | Website) -> Team:
    return row.website.team if isinstance(row, Monitor) else row.team


class SilenceFilter(TeamFilterSet):
    in_force = filters.BooleanFilter(method="by_force", help_text="Those that hold now.")
    at = MomentFilter(method="by_moment", help_text="Those that hold at this time.")

    class Meta:
        model = Silence
        fields = ("website", "monitor", "label")

    def by_force(self, rows: Any, name: str, value: bool) -> Any:
        holding = Silence.objects.in_force(timezone.now()).values("pk")
        return rows.filter(pk__in=holding) if value else rows.exclude(pk__in=holding)

    def by_moment(self, rows: Any, name: str, value: datetime) -> Any:
        return rows.in_force(value)


class SilenceViewSet(mixins.CreateModelMixin, ListRetrieveViewSet[Silence]):
    """Matching events are recorded, and shown as silenced, but not announced."""

    queryset = Silence.objects.select_related("team")
    serializer_class = SilenceSerializer
    filterset_class = SilenceFilter
    search_fields = ("reason", "author", "label", "website__name", "monitor__product_name")
    ordering_fields = ("id", "starts_at", "ends_at", "created_at")
    required_roles: ClassVar = {"create": Role.OPERATOR, "end": Role.OPERATOR}

    @extend_schema(
        summary="End a silence", request=None, responses={200: SilenceSerializer, **failing(409)}
    )
    @action(detail=True, methods=["post"])
    def end(self, request: Request, pk: str) -> Response:
        """Announced again from now on."""
        return Response(self.get_serializer(silence_end(silence=self.get_object())).data)


class SilenceActionMixin:
    """One action of the monitors' viewset."""

    get_object: Any
    get_serializer_context: Any
    actor: Any

    @extend_schema(
        summary="Silence a monitor",
        request=SpanSerializer,
        responses={201: SilenceSerializer},
    )
    @action(detail=True, methods=["post"])
    def silence(self, request: Request, pk: str) -> Response:
        """Nothing about it is announced for a while; it is recorded all the same."""
        monitor = self.get_object()
        body = SpanSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        made = silence_create(
            team=monitor.website.team,
            monitor=monitor,
            author=author_of(self.actor),
            **body.validated_data,
        )
        shown = SilenceSerializer(made, context=self.get_serializer_context())
        return Response(shown.data, status=201)
