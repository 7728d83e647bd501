from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Self, TypeVar

from django.db.models import Exists, Model, OuterRef, QuerySet

from accounts.actors import Actor
from accounts.querysets import TeamScopedQuerySet
from monitoring.choices import MonitorStatus
from websites.models import Website

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

M = TypeVar("M", bound=Model)


class MonitorQuerySet(TeamScopedQuerySet["Monitor"]):
    team_path = "website__team_id"

    def get_all_active(self) -> Self:
        """Monitors that are read: not paused, of an active website."""
        return self.exclude(status=MonitorStatus.PAUSED).filter(website__is_active=True)

    def get_active_by_website(self, website_id: int) -> Self:
        return self.get_all_active().filter(website_id=website_id)


class NewestFirstQuerySet(TeamScopedQuerySet[M]):
    """Long tables that are read from their newest row on. The team is asked of each row: joined, the
    database begins with the websites of the team and sorts all they ever had."""

    owner_path: ClassVar[str]
    own_path: ClassVar[str]
    """A row's website is the one whose `owner_path` is the row's `own_path`."""

    def visible_to(self, actor: object) -> Self:
        if not isinstance(actor, Actor) or actor.sees_all_teams:
            return super().visible_to(actor)
        owners = Website.objects.filter(team_id__in=actor.team_ids())
        return self.filter(Exists(owners.filter(**{self.owner_path: OuterRef(self.own_path)})))


class StockRecordQuerySet(NewestFirstQuerySet["StockRecord"]):
    team_path = "monitor__website__team_id"
    owner_path, own_path = "monitors", "monitor_id"


class StockDayQuerySet(TeamScopedQuerySet["StockDay"]):
    team_path = "monitor__website__team_id"


class MonitorHistoryQuerySet(NewestFirstQuerySet["MonitorHistory"]):
    team_path = "website__team_id"
    owner_path, own_path = "pk", "website_id"

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
