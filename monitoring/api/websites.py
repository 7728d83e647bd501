"""/api/v1/websites/"""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.errors import renamed_fields
from accounts.api.filters import LabelFilter, TeamFilterSet
from accounts.api.viewsets import (
    ListRetrieveViewSet,
    VisibleRelatedField,
    chosen_team,
)
from accounts.choices import Role
from accounts.models import Team
from common.openapi import failing
from monitoring.api.actions import (
    CatalogueProductSerializer,
    CheckResultSerializer,
    ImportRequestSerializer,
    ImportSummarySerializer,
    PollRequestedSerializer,
    ReasonsSerializer,
)
from monitoring.selectors import why_not_running
from monitoring.services.importing import products_import
from monitoring.services.polling import poll_request
from websites.choices import Health
from websites.models import CatalogueProduct, Website
from websites.services import (
    website_check,
    website_create,
    website_pause,
    website_resume,
    website_update,
)

OUTSIDE_NAMES = {"url": "website_url", "identifier": "api_identifier", "secret": "api_secret"}
CREDENTIALS = {"api_identifier": "identifier", "api_secret": "secret", "accesskey": "accesskey"}


class WebsiteSerializer(serializers.ModelSerializer[Website]):
    """`api_secret` and `accesskey` are taken and never shown."""

    team = VisibleRelatedField(queryset=Team.objects.all(), required=False)
    website_url = serializers.CharField(source="url", required=False, allow_blank=True)
    api_identifier = serializers.CharField(required=False, allow_blank=True)
    api_secret = serializers.CharField(write_only=True, required=False, allow_blank=True)
    accesskey = serializers.CharField(write_only=True, required=False, allow_blank=True)
    config = serializers.DictField(required=False)
    labels = serializers.ListField(child=serializers.CharField(), required=False)
    health = serializers.SerializerMethodField()

    class Meta:
        model = Website
        fields = (
            "id",
            "public_id",
            "team",
            "name",
            "source",
            "resolved_source",
            "website_url",
            "api_identifier",
            "api_secret",
            "accesskey",
            "config",
            "region",
            "link_template",
            "labels",
            "is_active",
            "is_on_board",
            "poll_interval",
            "health",
            "last_polled_at",
            "last_success_at",
            "last_error_code",
            "last_error",
            "last_advice",
            "next_poll_at",
            "created_at",
            "updated_at",
        )
        read_only_fields = (
            "public_id",
            "resolved_source",
            "last_polled_at",
            "last_success_at",
            "last_error_code",
            "last_error",
            "last_advice",
            "next_poll_at",
            "created_at",
            "updated_at",
        )
        # Uniqueness is checked by the service, in the right team.
        validators: ClassVar[list[Any]] = []

    @extend_schema_field(serializers.ChoiceField(choices=Health.choices))
    def get_health(self, website: Website) -> str:
        return website.shown_health

    def to_representation(self, instance: Website) -> dict[str, Any]:
        instance.api_identifier = instance.credentials.get("identifier", "")  # type: ignore[attr-defined]
        return dict(super().to_representation(instance))

    def create(self, validated_data: dict[str, Any]) -> Website:
        team = chosen_team(self.context["request"], validated_data.pop("team", None))
        self.context["view"].require_role(team.pk)
        with renamed_fields(lambda name: OUTSIDE_NAMES.get(name, name)):
            return website_create(team=team, **_inside(validated_data))

    def update(self, instance: Website, validated_data: dict[str, Any]) -> Website:
        team = validated_data.pop("team", instance.team)
        if team.pk != instance.team_id:
            raise serializers.ValidationError({"team": ["A website stays in its team."]})
        with renamed_fields(lambda name: OUTSIDE_NAMES.get(name, name)):
            return website_update(website=instance, **_inside(validated_data))


def _inside(data: dict[str, Any]) -> dict[str, Any]:
    """API fields as the service names them: credentials in one dictionary."""
    values = {name: value for name, value in data.items() if name not in CREDENTIALS}
    given = {inner: data[outer] for outer, inner in CREDENTIALS.items() if outer in data}
    return {**values, "credentials": given} if given else values


class WebsiteFilter(TeamFilterSet):
    label = LabelFilter(field_name="labels")
    health = filters.ChoiceFilter(choices=Health.choices, method="by_shown_health")

    class Meta:
        model = Website
        fields = ("name", "public_id", "source", "region", "is_active", "last_error_code")

    def by_shown_health(self, rows: Any, name: str, value: str) -> Any:
        """A paused website is paused, whatever its last poll said."""
        if value == Health.PAUSED:
            return rows.filter(is_active=False)
        return rows.filter(is_active=True, health=value)


class WebsiteViewSet(
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    ListRetrieveViewSet[Website],
):
    """Shops a team watches."""

    queryset = Website.objects.select_related("team")
    serializer_class = WebsiteSerializer
    filterset_class = WebsiteFilter
    search_fields = ("name", "url", "region")
    ordering_fields = ("id", "name", "health", "last_success_at", "poll_interval", "created_at")
    required_roles: ClassVar = {
        "check_connection": Role.OPERATOR,
        "poll": Role.OPERATOR,
        "import_products": Role.OPERATOR,
        "catalogue": Role.VIEWER,
        "why_not": Role.VIEWER,
    }

    @extend_schema(request=None, responses=CheckResultSerializer)
    @action(detail=True, methods=["post"], url_path="check")
    def check_connection(self, request: Request, pk: str) -> Response:
        """Connection test: what is wrong and the exact fix."""
        return Response(CheckResultSerializer(website_check(website=self.get_object())).data)

    @extend_schema(request=None, responses={202: PollRequestedSerializer, **failing(409)})
    @action(detail=True, methods=["post"])
    def poll(self, request: Request, pk: str) -> Response:
        """Asks for a poll at once; follow it at /poll-runs/{id}/."""
        run = poll_request(website=self.get_object())
        return Response({"poll_run": run.pk}, status=202)

    @extend_schema(request=None, responses=WebsiteSerializer)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, pk: str) -> Response:
        """Nothing is read until it is resumed."""
        return Response(self.get_serializer(website_pause(website=self.get_object())).data)

    @extend_schema(request=None, responses=WebsiteSerializer)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, pk: str) -> Response:
        """Due at once."""
        return Response(self.get_serializer(website_resume(website=self.get_object())).data)

    @extend_schema(responses=CatalogueProductSerializer(many=True))
    @action(detail=True, methods=["get"], filter_backends=())
    def catalogue(self, request: Request, pk: str) -> Response:
        """Products the shop lists, watched or not."""
        rows = CatalogueProduct.objects.filter(website=self.get_object()).order_by("id")
        page = self.paginate_queryset(rows)  # type: ignore[arg-type]
        listed = CatalogueProductSerializer(cast(Any, page), many=True)
        return self.get_paginated_response(listed.data)

    @extend_schema(
        request=ImportRequestSerializer,
        responses={200: ImportSummarySerializer, **failing(502)},
    )
    @action(detail=True, methods=["post"], url_path="import")
    def import_products(self, request: Request, pk: str) -> Response:
        """Watches products the shop lists."""
        website = self.get_object()
        wanted = ImportRequestSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        summary = products_import(website=website, product_ids=wanted.product_ids())
        return Response(ImportSummarySerializer(summary).data)

    @extend_schema(responses=ReasonsSerializer)
    @action(detail=True, methods=["get"], url_path="why-not-running", name="Why is it not running?")
    def why_not(self, request: Request, pk: str) -> Response:
        """Sentences that say why nothing is read and what to do; empty when all is well."""
        return Response({"reasons": why_not_running(self.get_object())})
