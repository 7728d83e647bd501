"""Bodies of the actions on websites and monitors."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from websites.models import CatalogueProduct


class CheckResultSerializer(serializers.Serializer[Any]):
    ok = serializers.BooleanField()
    code = serializers.CharField()
    message = serializers.CharField()
    advice = serializers.CharField(allow_blank=True)
    details = serializers.DictField()


class PollRequestedSerializer(serializers.Serializer[Any]):
    poll_run = serializers.IntegerField()


class ReasonsSerializer(serializers.Serializer[Any]):
    reasons = serializers.ListField(child=serializers.CharField())


class ImportRequestSerializer(serializers.Serializer[Any]):
    """Either `all`, or the ids in `products`."""

    all = serializers.BooleanField(default=False)
    products = serializers.ListField(child=serializers.CharField(), required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if bool(attrs["all"]) == bool(attrs.get("products")):
            raise serializers.ValidationError("Give either all: true or products: [ids].")
        return attrs

    def product_ids(self) -> list[str] | None:
        """None stands for all."""
        return None if self.validated_data["all"] else self.validated_data["products"]


class ImportSummarySerializer(serializers.Serializer[Any]):
    created = serializers.IntegerField()
    existing = serializers.IntegerField()
    total = serializers.IntegerField()


class StockPushSerializer(serializers.Serializer[Any]):
    quantity = serializers.IntegerField(min_value=-(2**53), max_value=2**53)


class MonitorSummarySerializer(serializers.Serializer[Any]):
    current_quantity = serializers.IntegerField(allow_null=True)
    previous_quantity = serializers.IntegerField(allow_null=True)
    last_change_at = serializers.DateTimeField(allow_null=True)
    restocks_7d = serializers.IntegerField()
    sold_7d = serializers.IntegerField()
    open_alert = serializers.IntegerField(allow_null=True)


class StatusSummarySerializer(serializers.Serializer[Any]):
    """Counts over everything the caller sees."""

    monitors = serializers.IntegerField()
    in_stock = serializers.IntegerField()
    out_of_stock = serializers.IntegerField()
    unknown = serializers.IntegerField()
    low = serializers.IntegerField()
    paused = serializers.IntegerField()
    error = serializers.IntegerField()
    websites = serializers.IntegerField()
    websites_ok = serializers.IntegerField()
    websites_failing = serializers.IntegerField()


class CatalogueProductSerializer(serializers.ModelSerializer[CatalogueProduct]):
    class Meta:
        model = CatalogueProduct
        fields = (
            "product_id",
            "slug",
            "group_id",
            "group_name",
            "name",
            "url",
            "price",
            "currency",
            "first_seen_at",
            "last_seen_at",
            "missing_since",
        )
        read_only_fields = fields
