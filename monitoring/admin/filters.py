"""Filters of the lists of monitors and websites."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.theme import DropdownFilter
from common.texts import shown
from monitoring.choices import ThresholdState
from websites.choices import Health


class StockFilter(DropdownFilter):
    """What people look for: what is there, what is gone, what runs low, what nobody knows."""

    title = _("stock")
    parameter_name = "stock"

    CONDITIONS: ClassVar = {
        "in": Q(available=True),
        "out": Q(available=False),
        "low": Q(threshold_state=ThresholdState.LOW),
        "unlimited": Q(available=True, quantity__isnull=True, stock_control_enabled=False),
        "unknown": Q(available__isnull=True),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("in", gettext("In stock")),
            ("out", gettext("Sold out")),
            ("low", gettext("Low")),
            ("unlimited", gettext("Unlimited")),
            ("unknown", gettext("Unknown")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        condition = self.CONDITIONS.get(self.value() or "")
        return queryset if condition is None else queryset.filter(condition)


class HealthFilter(DropdownFilter):
    """Health as people see it: a paused website is paused, whatever its last poll said."""

    title = _("health")
    parameter_name = "health"
    FAILING = "failing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (self.FAILING, gettext("Needs attention")),
            *((value, shown(label)) for value, label in Health.choices),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value()
        if value == self.FAILING:
            calm = (Health.OK, Health.NEVER, Health.PAUSED)
            return queryset.filter(is_active=True).exclude(health__in=calm)
        if value == Health.PAUSED:
            return queryset.filter(Q(is_active=False) | Q(health=Health.PAUSED))
        if value in Health.values:
            return queryset.filter(is_active=True, health=value)
        return queryset
