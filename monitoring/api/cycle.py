"""/api/v1/cycle/ and /api/v1/status/"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import actor_of
from accounts.choices import Role
from accounts.selectors import team_ids_with_role
from monitoring.api.actions import StatusSummarySerializer
from monitoring.selectors import status_summary
from monitoring.services.polling import cycle_request
from websites.models import Website


class CycleRequestSerializer(serializers.Serializer[Any]):
    """`all` polls websites that are not due, too."""

    all = serializers.BooleanField(default=False)


class CycleAnswerSerializer(serializers.Serializer[Any]):
    poll_runs = serializers.ListField(child=serializers.IntegerField())


class CycleView(APIView):
    """One cycle over the due websites of the caller's teams."""

    @extend_schema(
        summary="Poll due websites now",
        request=CycleRequestSerializer,
        responses={202: CycleAnswerSerializer},
    )
    def post(self, request: Request) -> Response:
        """Queues a poll of each; follow them at /poll-runs/{id}/."""
        teams = team_ids_with_role(actor=actor_of(request), role=Role.OPERATOR)
        if not teams:
            raise PermissionDenied("This takes the role operator.")
        body = CycleRequestSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        runs = cycle_request(
            websites=Website.objects.filter(team_id__in=teams),
            all_websites=body.validated_data["all"],
        )
        return Response({"poll_runs": runs}, status=202)


class StatusView(APIView):
    """Counts over everything the caller sees."""

    @extend_schema(summary="Count", responses=StatusSummarySerializer)
    def get(self, request: Request) -> Response:
        return Response(StatusSummarySerializer(status_summary(actor_of(request))).data)
