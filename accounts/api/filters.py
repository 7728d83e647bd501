"""Filters by related rows know only rows the caller may see."""

from __future__ import annotations

from typing import Any

from django_filters import ModelChoiceFilter, ModelMultipleChoiceFilter
from django_filters import rest_framework as filters

from accounts.api.permissions import actor_of


def _visible(queryset: Any) -> Any:
    return lambda request: queryset.visible_to(actor_of(request))


class TeamFilterSet(filters.FilterSet):
    """The id of another team's row is as wrong a choice as one that does not exist."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for one in self.filters.values():
            if isinstance(one, ModelChoiceFilter | ModelMultipleChoiceFilter):
                one.queryset = _visible(one.queryset)
