from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from accounts.querysets import TeamScopedQuerySet
from notifications.choices import NotificationStatus

if TYPE_CHECKING:
    from notifications.models import (  # noqa: F401
        Channel,
        NotificationLog,
        Subscription,
        TelegramLink,
        TelegramToken,
    )


class ChannelQuerySet(TeamScopedQuerySet["Channel"]):
    def usable(self) -> Self:
        return self.filter(is_active=True)


class SubscriptionQuerySet(TeamScopedQuerySet["Subscription"]):
    team_path = "channel__team_id"

    def emptied(self) -> Self:
        """Active ones whose websites and monitors are all deleted: they match nothing."""
        return self.filter(
            is_scoped=True, is_active=True, websites__isnull=True, monitors__isnull=True
        )


class NotificationLogQuerySet(TeamScopedQuerySet["NotificationLog"]):
    team_path = "channel__team_id"

    def waiting(self, now: datetime) -> Self:
        """Messages whose time has come."""
        return self.filter(status=NotificationStatus.PENDING, next_attempt_at__lte=now)

    def abandoned(self, now: datetime) -> Self:
        """Messages whose sender died."""
        return self.filter(status=NotificationStatus.SENDING, claimed_until__lte=now)

    def due(self, now: datetime) -> Self:
        """Both. For looks of people: no index serves them together."""
        return self.waiting(now) | self.abandoned(now)


class TelegramLinkQuerySet(TeamScopedQuerySet["TelegramLink"]):
    pass


class TelegramTokenQuerySet(TeamScopedQuerySet["TelegramToken"]):
    def usable(self, now: datetime) -> Self:
        return self.filter(used_at__isnull=True, expires_at__gt=now)
