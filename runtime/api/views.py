"""Health for load balancers and orchestrators: open to all, tells nothing private."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from runtime.health import CHECKS, OK, readiness


class AliveSerializer(serializers.Serializer[Any]):
    status = serializers.CharField()


class ChecksSerializer(serializers.Serializer[Any]):
    """One word per check."""

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return {name: serializers.CharField() for name in CHECKS}


class ReadySerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ready", "not ready"])
    checks = ChecksSerializer()


class OpenView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()  # probes ask as often as they like


@extend_schema(tags=["health"], summary="Is the web process alive?", auth=[])
class AliveView(OpenView):
    @extend_schema(operation_id="health_alive", responses=AliveSerializer)
    def get(self, request: Request) -> Response:
        return Response({"status": "alive"})


@extend_schema(tags=["health"], summary="Is the whole system fit for work?", auth=[])
class ReadyView(OpenView):
    @extend_schema(
        operation_id="health_ready",
        responses={
            200: ReadySerializer,
            503: OpenApiResponse(ReadySerializer, description="A check is not ok."),
        },
    )
    def get(self, request: Request) -> Response:
        checks = readiness()
        is_ready = all(word == OK for word in checks.values())
        body = {"status": "ready" if is_ready else "not ready", "checks": checks}
        return Response(body, status=200 if is_ready else 503)
