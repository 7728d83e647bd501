"""/api/v1/alerts/: episodes somebody has to care about."""

from __future__ import annotations

from typing import Any, ClassVar

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.filters import MomentFilter, TeamFilterSet
from accounts.api.permissions import actor_of
from accounts.api.preferences import PreferencesMixin
from accounts.api.viewsets import ListRetrieveViewSet
from accounts.choices import Role
from accounts.models import Team
from accounts.selectors import team_ids_with_role
from common.errors import ProductError
from common.openapi import failing
from monitoring.alertselectors import alert_counts
from monitoring.api.authors import author_of, user_of
from monitoring.choices import ResolveReason
from monitoring.models import Alert
from monitoring.services.alerts import alert_acknowledge, alert_resolve, alerts_check

BULK_LIMIT = 500
ACTIONS = {"acknowledge": alert_acknowledge, "resolve": alert_resolve}


class AlertSerializer(serializers.ModelSerializer[Alert]):
    """`quantity` is the stock when it was opened, `current_quantity` that of now."""

    current_quantity = serializers.IntegerField(
        source="monitor.quantity", allow_null=True, default=None, read_only=True
    )
    acknowledged_by: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="username", read_only=True, allow_null=True
    )
    resolved_by: serializers.SlugRelatedField[Any] = serializers.SlugRelatedField(
        slug_field="username", read_only=True, allow_null=True
    )
    resolve_reason = serializers.ChoiceField(
        choices=ResolveReason.choices, allow_blank=True, read_only=True
    )

    class Meta:
        model = Alert
        fields = (
            "id",
            "public_id",
            "website",
            "monitor",
            "subject",
            "kind",
            "status",
            "quantity",
            "current_quantity",
            "threshold",
            "opened_at",
            "acknowledged_at",
            "acknowledged_by",
            "resolved_at",
            "resolved_by",
            "resolve_reason",
            "note",
            "last_sent_at",
            "next_alert_at",
            "reminder_count",
            "created_at",
            "updated_at",
        )
        read_only_fields = fields


class NoteSerializer(serializers.Serializer[Any]):
    note = serializers.CharField(max_length=250, allow_blank=True, default="")


class BulkSerializer(NoteSerializer):
    action = serializers.ChoiceField(choices=[(name, name) for name in ACTIONS])
    ids = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        allow_empty=False,
        max_length=BULK_LIMIT,
    )


class BulkFailureSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    message = serializers.CharField()


class BulkAnswerSerializer(serializers.Serializer[Any]):
    done = serializers.ListField(child=serializers.IntegerField())
    failed = BulkFailureSerializer(many=True)


class KindCountsSerializer(serializers.Serializer[Any]):
    low = serializers.IntegerField()
    high = serializers.IntegerField()
    out_of_stock = serializers.IntegerField()
    unreachable = serializers.IntegerField()


class AlertCountsSerializer(serializers.Serializer[Any]):
    """Counts over everything the caller sees; `active` is open or acknowledged."""

    total = serializers.IntegerField()
    active = serializers.IntegerField()
    open = serializers.IntegerField()
    acknowledged = serializers.IntegerField()
    resolved = serializers.IntegerField()
    active_by_kind = KindCountsSerializer()
    low_stock_items = serializers.IntegerField()


class CheckSummarySerializer(serializers.Serializer[Any]):
    checked = serializers.IntegerField()
    opened = serializers.IntegerField()
    resolved = serializers.IntegerField()


class AlertFilter(TeamFilterSet):
    show_resolved = filters.BooleanFilter(
        method="by_resolved", help_text="Also those that are over; without it they are left out."
    )
    mine = filters.BooleanFilter(method="by_owner", help_text="Of monitors that the caller owns.")
    opened_since = MomentFilter(field_name="opened_at", lookup_expr="gte")
    opened_until = MomentFilter(field_name="opened_at", lookup_expr="lt")

    class Meta:
        model = Alert
        fields = ("website", "monitor", "kind", "status", "public_id")

    def by_resolved(self, rows: Any, name: str, value: bool) -> Any:
        return rows if value else rows.unresolved()

    def by_owner(self, rows: Any, name: str, value: bool) -> Any:
        person = user_of(actor_of(self.request))
        mine = {"monitor__owner": person, "monitor__owner__isnull": False}
        return rows.filter(**mine) if value else rows.exclude(**mine)

    def filter_queryset(self, rows: Any) -> Any:
        """Who names a status gets it, resolved or not."""
        values = self.form.cleaned_data
        found = super().filter_queryset(rows)
        if values.get("show_resolved") is None and not values.get("status"):
            return found.unresolved()
        return found


class AlertViewSet(PreferencesMixin, ListRetrieveViewSet[Alert]):
    """Low, high and out of stock of a monitor, or a website that cannot be read."""

    queryset = Alert.objects.select_related("website", "monitor", "acknowledged_by", "resolved_by")
    serializer_class = AlertSerializer
    filterset_class = AlertFilter
    search_fields = ("subject", "note", "website__name")
    ordering_fields = ("id", "opened_at", "resolved_at", "next_alert_at", "kind", "status")
    required_roles: ClassVar = {
        "stats": Role.VIEWER,
        "preferences": Role.VIEWER,
        "change_preferences": Role.VIEWER,
        "acknowledge": Role.OPERATOR,
        "resolve": Role.OPERATOR,
        "bulk": Role.OPERATOR,
        "trigger_check": Role.OPERATOR,
    }

    def filter_queryset(self, queryset: Any) -> Any:
        """One that is over is still there."""
        return queryset if self.detail else super().filter_queryset(queryset)

    @extend_schema(summary="Count alerts", responses=AlertCountsSerializer)
    @action(detail=False, methods=["get"], pagination_class=None, filter_backends=())
    def stats(self, request: Request) -> Response:
        """How many there are, and how many items are low."""
        return Response(AlertCountsSerializer(alert_counts(self.actor)).data)

    @extend_schema(
        summary="Acknowledge",
        request=NoteSerializer,
        responses={200: AlertSerializer, **failing(409)},
    )
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Somebody cares: no more reminders of it."""
        return self._act("acknowledge", request)

    @extend_schema(
        summary="Resolve",
        request=NoteSerializer,
        responses={200: AlertSerializer, **failing(409)},
    )
    @action(detail=True, methods=["put"])
    def resolve(self, request: Request, pk: str) -> Response:
        """Ends it by hand. It opens again when stock recovers and falls once more."""
        return self._act("resolve", request)

    def _act(self, name: str, request: Request) -> Response:
        alert = self.get_object()
        body = NoteSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        author = author_of(self.actor)
        ACTIONS[name](alert=alert, author=author, note=body.validated_data["note"])
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        summary="Acknowledge or resolve many",
        request=BulkSerializer,
        responses={200: BulkAnswerSerializer},
    )
    @action(detail=False, methods=["post"], pagination_class=None, filter_backends=())
    def bulk(self, request: Request) -> Response:
        """Up to 500 alerts; `failed` says which could not be moved, and why."""
        body = BulkSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        wanted = list(dict.fromkeys(body.validated_data["ids"]))
        alerts = {one.pk: one for one in self.get_queryset().filter(pk__in=wanted)}
        missing = [str(pk) for pk in wanted if pk not in alerts]
        if missing:
            raise serializers.ValidationError({"ids": [f"Not there: {', '.join(missing)}."]})
        for team_id in {alert.website.team_id for alert in alerts.values()}:
            self.require_role(team_id)
        act, author = ACTIONS[body.validated_data["action"]], author_of(self.actor)
        done, failed = [], []
        for pk in wanted:
            try:
                act(alert=alerts[pk], author=author, note=body.validated_data["note"])
                done.append(pk)
            except ProductError as error:
                failed.append({"id": pk, "message": error.message})
        return Response({"done": done, "failed": failed})

    @extend_schema(summary="Check now", request=None, responses=CheckSummarySerializer)
    @action(
        detail=False,
        methods=["post"],
        url_path="trigger-check",
        pagination_class=None,
        filter_backends=(),
    )
    def trigger_check(self, request: Request) -> Response:
        """Compares what was last believed of every monitor with its thresholds, at once."""
        teams = team_ids_with_role(actor=self.actor, role=Role.OPERATOR)
        totals = {"checked": 0, "opened": 0, "resolved": 0}
        for team in Team.objects.filter(pk__in=teams):
            summary = alerts_check(team=team)
            for name in totals:
                totals[name] += getattr(summary, name)
        return Response(totals)
