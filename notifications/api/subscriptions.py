"""/api/v1/subscriptions/"""

from __future__ import annotations

from typing import Any

from django_filters import rest_framework as filters
from rest_framework import mixins, serializers

from accounts.api.filters import TeamFilterSet
from accounts.api.viewsets import ListRetrieveViewSet, VisibleRelatedField
from monitoring.models import Monitor
from notifications.models import Channel, Subscription
from notifications.services.subscriptions import subscription_create, subscription_update
from websites.models import Website


class SubscriptionSerializer(serializers.ModelSerializer[Subscription]):
    """Empty `websites` and `monitors` stand for all of the team; "*" for all events but the
    quiet ones. Empty ones with `is_scoped` stand for none: all that was named is deleted."""

    channel = VisibleRelatedField(queryset=Channel.objects.all())
    events = serializers.ListField(child=serializers.CharField(), default=lambda: ["*"])
    websites: Any = VisibleRelatedField(queryset=Website.objects.all(), many=True, required=False)
    monitors: Any = VisibleRelatedField(queryset=Monitor.objects.all(), many=True, required=False)

    class Meta:
        model = Subscription
        fields = (
            "id",
            "channel",
            "events",
            "websites",
            "monitors",
            "digest",
            "is_active",
            "is_scoped",
            "disabled_reason",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("is_scoped", "disabled_reason", "created_at", "updated_at")

    def create(self, validated_data: dict[str, Any]) -> Subscription:
        self.context["view"].require_role(validated_data["channel"].team_id)
        return subscription_create(**validated_data)

    def update(self, instance: Subscription, validated_data: dict[str, Any]) -> Subscription:
        channel = validated_data.pop("channel", instance.channel)
        if channel.pk != instance.channel_id:
            raise serializers.ValidationError({"channel": ["Make a new subscription instead."]})
        return subscription_update(subscription=instance, **validated_data)


class SubscriptionFilter(TeamFilterSet):
    websites = filters.ModelChoiceFilter(queryset=Website.objects.all())
    monitors = filters.ModelChoiceFilter(queryset=Monitor.objects.all())

    class Meta:
        model = Subscription
        fields = ("channel", "digest", "is_active")


class SubscriptionViewSet(
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    ListRetrieveViewSet[Subscription],
):
    """Which events of which websites or monitors go to a channel."""

    queryset = Subscription.objects.select_related("channel").prefetch_related(
        "websites", "monitors"
    )
    serializer_class = SubscriptionSerializer
    filterset_class = SubscriptionFilter
    search_fields = ("channel__name",)
    ordering_fields = ("id", "created_at")
