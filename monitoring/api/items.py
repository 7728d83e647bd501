"""/api/v1/items/: things whose stock people tell us, without a shop to read it from."""

from __future__ import annotations

from typing import Any, ClassVar

from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers

from accounts.api.errors import renamed_fields
from accounts.api.filters import TeamFilterSet
from accounts.api.permissions import actor_of
from accounts.api.viewsets import ListRetrieveViewSet, VisibleRelatedField, chosen_team
from accounts.choices import Role
from accounts.models import Team, User
from common.openapi import failing
from monitoring.api.authors import user_of
from monitoring.choices import ThresholdState
from monitoring.models import Monitor
from monitoring.services.items import item_create, item_update
from monitoring.services.monitors import monitors_delete

NAMES = {"product_name": "name"}
MOST = 2**53


class ItemSerializer(serializers.ModelSerializer[Monitor]):
    """A monitor of a manual website. Writing its quantity checks its alerts at once."""

    team = VisibleRelatedField(queryset=Team.objects.all(), required=False, source="website.team")
    name = serializers.CharField(source="product_name", max_length=250)
    quantity = serializers.IntegerField(min_value=-MOST, max_value=MOST, allow_null=True)
    threshold_low = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=-(2**31),
        max_value=2**31 - 1,
        help_text="Low is below it. Empty: that of its owner's preferences, 5 at first.",
    )
    owner = serializers.CharField(
        source="owner.username",
        required=False,
        allow_null=True,
        max_length=150,
        help_text="User name of a member of the team. Without it: the person who makes it.",
    )
    is_low = serializers.SerializerMethodField()

    class Meta:
        model = Monitor
        fields = (
            "id",
            "public_id",
            "team",
            "website",
            "name",
            "quantity",
            "threshold_low",
            "owner",
            "is_low",
            "last_changed_at",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("public_id", "website", "last_changed_at", "created_at", "updated_at")
        validators: ClassVar[list[Any]] = []

    def get_is_low(self, item: Monitor) -> bool:
        return item.threshold_state == ThresholdState.LOW

    def validate_quantity(self, quantity: int | None) -> int:
        """Shown as null where it is unknown; nobody can tell us that."""
        if quantity is None:
            raise serializers.ValidationError("This field may not be null.")
        return quantity

    def create(self, validated_data: dict[str, Any]) -> Monitor:
        request = self.context["request"]
        team = chosen_team(request, (validated_data.pop("website", None) or {}).get("team"))
        self.context["view"].require_role(team.pk)
        named = (validated_data.pop("owner", None) or {}).get("username")
        owner = _member(team, named) if named else user_of(actor_of(request))
        values = _renamed(validated_data)
        with renamed_fields(lambda name: NAMES.get(name, name)):
            return item_create(team=team, owner=owner, **values)

    def update(self, instance: Monitor, validated_data: dict[str, Any]) -> Monitor:
        team = (validated_data.pop("website", None) or {}).get("team", instance.website.team)
        if team != instance.website.team:
            raise serializers.ValidationError({"team": ["An item stays in its team."]})
        values = _renamed(validated_data)
        if "owner" in values:
            named = (values.pop("owner") or {}).get("username")
            values["owner"] = _member(team, named) if named else None
        with renamed_fields(lambda name: NAMES.get(name, name)):
            return item_update(item=instance, **values)


def _renamed(values: dict[str, Any]) -> dict[str, Any]:
    return {NAMES.get(name, name): value for name, value in values.items()}


def _member(team: Team, username: str) -> User:
    """Raises ValidationError in the same words for a stranger and for nobody."""
    found = User.objects.filter(memberships__team=team, username=username).first()
    if found is None:
        raise serializers.ValidationError({"owner": ["There is no such member of the team."]})
    return found


class ItemFilter(TeamFilterSet):
    is_low = filters.BooleanFilter(method="by_low", help_text="Below its threshold.")
    mine = filters.BooleanFilter(method="by_owner", help_text="Owned by the caller.")
    quantity_min = filters.NumberFilter(field_name="quantity", lookup_expr="gte")
    quantity_max = filters.NumberFilter(field_name="quantity", lookup_expr="lte")

    class Meta:
        model = Monitor
        fields = ("website", "public_id")

    def by_low(self, rows: Any, name: str, value: bool) -> Any:
        low = {"threshold_state": ThresholdState.LOW}
        return rows.filter(**low) if value else rows.exclude(**low)

    def by_owner(self, rows: Any, name: str, value: bool) -> Any:
        person = user_of(actor_of(self.request))
        mine = {"owner": person, "owner__isnull": False}
        return rows.filter(**mine) if value else rows.exclude(**mine)


CHANGED = {200: ItemSerializer, **failing(409)}


@extend_schema_view(
    update=extend_schema(responses=CHANGED), partial_update=extend_schema(responses=CHANGED)
)
class ItemViewSet(
    mixins.CreateModelMixin,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    ListRetrieveViewSet[Monitor],
):
    """Things whose stock is told by people or programs."""

    queryset = Monitor.objects.filter(website__source="manual").select_related(
        "website__team", "owner"
    )
    serializer_class = ItemSerializer
    filterset_class = ItemFilter
    search_fields = ("product_name",)
    ordering_fields = ("id", "product_name", "quantity", "last_changed_at", "created_at")
    required_roles: ClassVar = {
        "create": Role.OPERATOR,
        "update": Role.OPERATOR,
        "partial_update": Role.OPERATOR,
    }

    def perform_destroy(self, instance: Monitor) -> None:
        monitors_delete(monitors=Monitor.objects.filter(pk=instance.pk))
