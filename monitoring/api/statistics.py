"""/api/v1/monitors/{id}/statistics/ and /days/ (docs/statistics.md)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.openapi import failing
from monitoring.past import monitor_days, monitor_statistics
from monitoring.rollups import Day
from monitoring.statistics.report import Statistics

USUAL_DAYS = timedelta(days=89)
MOST_DAYS = timedelta(days=1100)
"""Three years of days are summed up for one request at most."""


class ForecastSerializer(serializers.Serializer[Any]):
    """How many days it lasts while in stock; `low` to `high` in four cases of five."""

    reason = serializers.CharField(
        allow_blank=True, help_text="Why not: no_number, sold_out, too_little, nothing_sold."
    )
    per_day = serializers.FloatField(allow_null=True, help_text="Sold in a day of being in stock.")
    days = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class PriceChangeSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    from_price = serializers.DecimalField(14, 2, source="before")
    from_currency = serializers.CharField(source="currency_before", allow_blank=True)
    price = serializers.DecimalField(14, 2, source="after")
    currency = serializers.CharField(allow_blank=True)


class StatisticsSerializer(serializers.Serializer[Any]):
    """Of the known time between `since` and `until`. Unknown is null."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="The last good read.")
    time_zone = serializers.CharField(help_text="Of `restock_pattern`.")
    sold_24h = serializers.IntegerField(allow_null=True)
    sold_7d = serializers.IntegerField(allow_null=True)
    sold_30d = serializers.IntegerField(allow_null=True)
    restocked_24h = serializers.IntegerField(allow_null=True)
    restocked_7d = serializers.IntegerField(allow_null=True)
    restocked_30d = serializers.IntegerField(allow_null=True)
    sell_outs = serializers.IntegerField(help_text="From a restock to sold out, both ends seen.")
    sell_out_seconds_mean = serializers.FloatField(allow_null=True)
    sell_out_seconds_median = serializers.FloatField(allow_null=True)
    in_stock_share = serializers.FloatField(
        allow_null=True, help_text="0 to 1, of the known time of the last 30 days."
    )
    known_share = serializers.FloatField(
        allow_null=True, help_text="How much of these days was known."
    )
    restock_pattern = serializers.ListField(
        child=serializers.ListField(child=serializers.IntegerField()),
        help_text="Arrivals: seven days from Monday on, each with 24 hours.",
    )
    forecast = ForecastSerializer()
    price_changes = PriceChangeSerializer(many=True)


class StockDaySerializer(serializers.Serializer[Any]):
    """The records of one day (UTC). Numbers that were never known are null."""

    day = serializers.DateField()
    first_quantity = serializers.IntegerField(allow_null=True)
    last_quantity = serializers.IntegerField(allow_null=True)
    lowest = serializers.IntegerField(allow_null=True)
    highest = serializers.IntegerField(allow_null=True)
    last_available = serializers.BooleanField(allow_null=True)
    sold = serializers.IntegerField(allow_null=True)
    restocked = serializers.IntegerField(allow_null=True)
    records = serializers.IntegerField()
    gaps = serializers.IntegerField(help_text="Records that said: unknown.")
    last_price = serializers.DecimalField(14, 2, allow_null=True)
    currency = serializers.CharField(allow_blank=True)


class ZoneQuery(serializers.Serializer[Any]):
    time_zone = serializers.CharField(required=False)

    def validate_time_zone(self, value: str) -> str:
        if value not in available_timezones():
            raise serializers.ValidationError(
                "Give the IANA name of a zone, for example Europe/Berlin."
            )
        return value


class DaysQuery(serializers.Serializer[Any]):
    since = serializers.DateField(required=False)
    until = serializers.DateField(required=False)

    def validate(self, attrs: dict[str, date]) -> dict[str, date]:
        until = attrs.get("until", datetime.now(UTC).date())
        if not 1900 <= until.year <= 9000:
            raise serializers.ValidationError(
                {"until": ["Give a day between the years 1900 and 9000."]}
            )
        since = attrs.get("since", until - USUAL_DAYS)
        if not timedelta(0) <= until - since <= MOST_DAYS:
            raise serializers.ValidationError(
                {"since": [f"Give a day up to {MOST_DAYS.days} days before the last one."]}
            )
        return {"since": since, "until": until}


class StatisticsActionsMixin:
    """Two actions of the monitors' viewset."""

    get_object: Any
    paginate_queryset: Any
    get_paginated_response: Callable[[Any], Response]

    @extend_schema(
        summary="Statistics of a monitor",
        parameters=[
            OpenApiParameter(
                "time_zone", description="IANA name; left out, that of the team.", required=False
            )
        ],
        responses={200: StatisticsSerializer, **failing(400)},
    )
    @action(detail=True, methods=["get"])
    def statistics(self, request: Request, pk: str) -> Response:
        """What was sold, when it comes, how long it lasts."""
        query = ZoneQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        monitor = self.get_object()
        name = query.validated_data.get("time_zone") or monitor.website.team.time_zone
        zone = ZoneInfo(name if name in available_timezones() else "UTC")
        found = monitor_statistics(monitor, zone=zone)
        return Response(StatisticsSerializer(_shown(found, str(zone))).data)

    @extend_schema(
        summary="Days of a monitor",
        parameters=[
            OpenApiParameter(
                "since", OpenApiTypes.DATE, description="First day; left out, 90 days in all."
            ),
            OpenApiParameter("until", OpenApiTypes.DATE, description="Last day; left out, today."),
        ],
        responses={200: StockDaySerializer(many=True), **failing(400)},
    )
    @action(detail=True, methods=["get"], filter_backends=())
    def days(self, request: Request, pk: str) -> Response:
        """What was recorded of it, summed up by day (UTC), newest first; old days included."""
        query = DaysQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        days = monitor_days(self.get_object(), **query.validated_data)
        page = self.paginate_queryset([_day(day, one) for day, one in reversed(days.items())])
        return self.get_paginated_response(StockDaySerializer(page, many=True).data)


def _shown(found: Statistics, zone: str) -> dict[str, Any]:
    names = {"24h": found.day, "7d": found.week, "30d": found.month}
    mean, median = found.sell_out_mean, found.sell_out_median
    return {
        "since": found.since,
        "until": found.until,
        "time_zone": zone,
        **{f"sold_{name}": one.sold for name, one in names.items()},
        **{f"restocked_{name}": one.restocked for name, one in names.items()},
        "sell_outs": found.sell_outs,
        "sell_out_seconds_mean": None if mean is None else mean.total_seconds(),
        "sell_out_seconds_median": None if median is None else median.total_seconds(),
        "in_stock_share": _rounded(found.in_stock_share),
        "known_share": _rounded(found.known_share),
        "restock_pattern": found.restocks,
        "forecast": {
            "reason": found.forecast.reason,
            **{
                name: _rounded(getattr(found.forecast, name))
                for name in ("per_day", "days", "low", "high")
            },
        },
        "price_changes": found.prices,
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 4)


def _day(day: date, one: Day) -> dict[str, Any]:
    is_known = one.lowest is not None
    return {
        **one._asdict(),
        "day": day,
        "sold": one.sold if is_known else None,
        "restocked": one.restocked if is_known else None,
    }
