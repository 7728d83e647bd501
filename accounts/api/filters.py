"""Filters by related rows know only rows the caller may see."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connections
from django_filters import ModelChoiceFilter, ModelMultipleChoiceFilter
from django_filters import rest_framework as filters
from django_filters.fields import IsoDateTimeField
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field

from accounts.api.permissions import actor_of
from accounts.models import Team


def _visible(queryset: Any) -> Any:
    return lambda request: queryset.visible_to(actor_of(request))


class TeamFilterSet(filters.FilterSet):
    """The id of another team's row is as wrong a choice as one that does not exist."""

    team = filters.ModelChoiceFilter(queryset=Team.objects.all(), method="by_team")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in self.filters.values():
            if isinstance(one, ModelChoiceFilter | ModelMultipleChoiceFilter):
                one.queryset = _visible(one.queryset)

    @extend_schema_field(OpenApiTypes.INT)
    def by_team(self, rows: Any, name: str, value: Team) -> Any:
        return rows.of_team(value.pk)


class MomentField(IsoDateTimeField):
    """A time that every database can compare with, in every zone."""

    def to_python(self, value: Any) -> datetime | None:
        moment: datetime | None = super().to_python(value)
        if moment is not None and not 1900 <= moment.year <= 9000:
            raise ValidationError("Give a time between the years 1900 and 9000.")
        return moment


class MomentFilter(filters.IsoDateTimeFilter):
    field_class = MomentField


class LabelFilter(filters.CharFilter):
    """Rows that carry the label; case does not count (in SQLite only that of A to Z)."""

    def filter(self, rows: Any, value: str) -> Any:
        if not value:
            return rows
        # SQLite keeps JSON as we wrote it, other letters escaped; PostgreSQL shows them plain.
        is_sqlite = connections[rows.db].vendor == "sqlite"
        quoted = json.dumps(value, ensure_ascii=is_sqlite)
        return rows.filter(**{f"{self.field_name}__icontains": quoted})
