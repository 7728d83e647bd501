from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import QuerySet

from accounts.querysets import TeamScopedQuerySet
from monitoring.choices import MonitorStatus

if TYPE_CHECKING:
    from monitoring.models import (  # noqa: F401
        Alert,
        Monitor,
        MonitorHistory,
        PollRun,
        Silence,
        StockDay,
        StockRecord,
    )


class MonitorQuerySet(TeamScopedQuerySet["Monitor"]):
    team_path = "website__team_id"

    def get_all_active(self) -> Self:
        """Monitors that are read: not paused, of an active website."""
        return self.exclude(status=MonitorStatus.PAUSED).filter(website__is_active=True)

    def get_active_by_website(self, website_id: int) -> Self:
        return self.get_all_active().filter(website_id=website_id)


class StockRecordQuerySet(TeamScopedQuerySet["StockRecord"]):
    team_path = "monitor__website__team_id"


class StockDayQuerySet(TeamScopedQuerySet["StockDay"]):
    team_path = "monitor__website__team_id"


class MonitorHistoryQuerySet(TeamScopedQuerySet["MonitorHistory"]):
    team_path = "website__team_id"

    def unplanned(self) -> QuerySet[MonitorHistory]:
        return self.filter(planned_at__isnull=True)


class PollRunQuerySet(TeamScopedQuerySet["PollRun"]):
    team_path = "website__team_id"


class AlertQuerySet(TeamScopedQuerySet["Alert"]):
    team_path = "website__team_id"

    def unresolved(self) -> Self:
        return self.filter(resolved_at__isnull=True)


class SilenceQuerySet(TeamScopedQuerySet["Silence"]):
    def in_force(self, now: datetime) -> Self:
        return self.filter(starts_at__lte=now, ends_at__gt=now)
