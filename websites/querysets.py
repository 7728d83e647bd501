from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self
from uuid import uuid4

from django.db.models import Q

from accounts.querysets import TeamScopedQuerySet
from websites.sources.registry import polled_kinds

LOST_TASK = timedelta(seconds=60)
"""A poll that was handed to the queue and never came back is handed over again after this."""

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

    def forget_reads(self) -> int:
        """The next poll decodes and compares again, even if the shop answers the same bytes. A
        mark that is new each time: a poll under way must see that it was put there."""
        return self.update(applied_hash=f"!{uuid4().hex}")

    def suspect(self) -> Self:
        """Those whose last poll never came back. Nobody may be polling them."""
        return self.filter(Q(lost_polls__gt=0) | Q(lease_expires_at__isnull=False))

    def due(self, now: datetime) -> Self:
        """Pollable ones whose time has come, that nobody polls and no task in the queue waits for."""
        lost = Q(queued_at__isnull=True) | Q(queued_at__lte=now - LOST_TASK)
        return self.pollable().unleased(now).filter(lost, next_poll_at__lte=now)


class CatalogueProductQuerySet(TeamScopedQuerySet["CatalogueProduct"]):
    team_path = "website__team_id"

    def listed(self) -> Self:
        return self.filter(missing_since__isnull=True)
