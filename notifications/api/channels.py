"""/api/v1/channels/"""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.filters import TeamFilterSet
from accounts.api.permissions import actor_of
from accounts.api.preferences import ClockField
from accounts.api.viewsets import ListRetrieveViewSet, VisibleRelatedField, chosen_team
from accounts.choices import Language, Role
from accounts.models import Team
from common.fields import opened_or_empty
from notifications.api.notifications import NotificationSerializer
from notifications.models import Channel
from notifications.privacy import is_private, shown_config
from notifications.services.channels import channel_create, channel_test, channel_update

PRIVATE = "It is a person's own channel: only that person changes where it leads."


class ChannelSerializer(serializers.ModelSerializer[Channel]):
    """`config` by kind. Secrets are taken and never shown, but for one that was generated: it
    stands in the answer to the creation, once. `secrets_set` names the secrets that are stored. Of a
    channel of somebody else (`user`) only the ends of addresses are shown."""

    team = VisibleRelatedField(queryset=Team.objects.all(), required=False)
    config = serializers.DictField()
    secrets_set = serializers.SerializerMethodField()
    language = serializers.ChoiceField(
        choices=Language.choices, allow_blank=True, required=False, help_text="Empty: the team's."
    )

    quiet_from = ClockField()
    quiet_until = ClockField(help_text="Messages wait in between; in the team's time zone.")

    class Meta:
        model = Channel
        fields = (
            "id",
            "public_id",
            "team",
            "name",
            "kind",
            "config",
            "secrets_set",
            "is_active",
            "user",
            "language",
            "quiet_from",
            "quiet_until",
            "health",
            "disabled_reason",
            "last_error",
            "last_sent_at",
            "created_at",
            "updated_at",
        )
        read_only_fields = (
            "public_id",
            "user",
            "health",
            "disabled_reason",
            "last_error",
            "last_sent_at",
            "created_at",
            "updated_at",
        )
        # Uniqueness is checked by the service, in the right team.
        validators: ClassVar[list[Any]] = []

    def get_secrets_set(self, channel: Channel) -> list[str]:
        return sorted(opened_or_empty(channel.secrets))

    def create(self, validated_data: dict[str, Any]) -> Channel:
        team = chosen_team(self.context["request"], validated_data.pop("team", None))
        self.context["view"].require_role(team.pk)
        is_active = validated_data.pop("is_active", True)
        channel, self.shown_once = channel_create(team=team, **validated_data)
        return channel if is_active else channel_update(channel=channel, is_active=False)

    def update(self, instance: Channel, validated_data: dict[str, Any]) -> Channel:
        team = validated_data.pop("team", instance.team)
        if team.pk != instance.team_id:
            raise serializers.ValidationError({"team": ["A channel stays in its team."]})
        if validated_data.pop("kind", instance.kind) != instance.kind:
            raise serializers.ValidationError({"kind": ["Make a new channel for another kind."]})
        actor = actor_of(self.context["request"])
        if is_private(instance, actor):
            shown = shown_config(instance, actor)
            if validated_data.pop("config", shown) != shown:
                raise serializers.ValidationError({"config": [PRIVATE]})
        return channel_update(channel=instance, **validated_data)

    def to_representation(self, instance: Channel) -> dict[str, Any]:
        data = dict(super().to_representation(instance))
        config = shown_config(instance, actor_of(self.context["request"]))
        data["config"] = {**config, **getattr(self, "shown_once", {})}
        return data


class ChannelFilter(TeamFilterSet):
    class Meta:
        model = Channel
        fields = ("name", "public_id", "kind", "is_active", "health")


class ChannelViewSet(
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    ListRetrieveViewSet[Channel],
):
    """Places a team's messages go to."""

    queryset = Channel.objects.select_related("team")
    serializer_class = ChannelSerializer
    filterset_class = ChannelFilter
    search_fields = ("name",)
    ordering_fields = ("id", "name", "kind", "last_sent_at", "created_at")
    required_roles: ClassVar = {"test": Role.OPERATOR}

    @extend_schema(request=None, responses=NotificationSerializer)
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Sends a test message now and answers with its outcome."""
        row = channel_test(channel=self.get_object())
        return Response(NotificationSerializer(row).data)
