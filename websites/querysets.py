from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db.models import Q

from accounts.querysets import TeamScopedQuerySet
from websites.sources.registry import polled_kinds

if TYPE_CHECKING:
    from websites.models import CatalogueProduct, Website  # noqa: F401


class WebsiteQuerySet(TeamScopedQuerySet["Website"]):
    def active(self) -> Self:
        return self.filter(is_active=True)

    def pollable(self) -> Self:
        """Active, and of a kind that is read by us."""
        return self.active().filter(source__in=polled_kinds())

    def unleased(self, now: datetime) -> Self:
        """Nobody polls them right now."""
        return self.filter(Q(lease_expires_at__isnull=True) | Q(lease_expires_at__lte=now))

    def suspect(self) -> Self:
        """Those whose last poll never came back. Nobody may be polling them."""
        return self.filter(Q(lost_polls__gt=0) | Q(lease_expires_at__isnull=False))

    def due(self, now: datetime) -> Self:
        """Pollable ones whose time has come and that nobody polls."""
        return self.pollable().unleased(now).filter(next_poll_at__lte=now)


class CatalogueProductQuerySet(TeamScopedQuerySet["CatalogueProduct"]):
    team_path = "website__team_id"

    def listed(self) -> Self:
        return self.filter(missing_since__isnull=True)
