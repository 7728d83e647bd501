"""Which machine reads the updates of the bot: one at a time, by a lease on its row."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from notifications.models import TelegramBot


def lease_length() -> timedelta:
    """Three waits for updates long; after it another machine reads on."""
    return timedelta(seconds=settings.TELEGRAM_LEASE_SECONDS)


class Lease(NamedTuple):
    bot_id: int
    fence: int


def bot_row(token: str) -> TelegramBot:
    """The row of the bot with this token, which itself is not stored."""
    token_hash = hashlib.sha256(token.encode()).hexdigest()
    return TelegramBot.objects.get_or_create(token_hash=token_hash)[0]


def lease_take(bot: TelegramBot, now: datetime | None = None) -> Lease | None:
    """None while another machine holds it."""
    now = now or timezone.now()
    is_free = Q(lease_expires_at__isnull=True) | Q(lease_expires_at__lte=now)
    rows = TelegramBot.objects.filter(is_free, pk=bot.pk)
    if not rows.update(fence=F("fence") + 1, lease_expires_at=now + lease_length()):
        return None
    # Nobody else may raise it before this lease has run out.
    fence = TelegramBot.objects.values_list("fence", flat=True).get(pk=bot.pk)
    return Lease(bot.pk, fence)


def lease_keep(lease: Lease, now: datetime | None = None) -> bool:
    """False when it was lost: somebody else has taken it since."""
    now = now or timezone.now()
    return bool(_mine(lease).update(lease_expires_at=now + lease_length()))


def lease_release(lease: Lease) -> None:
    _mine(lease).update(lease_expires_at=None)


def _mine(lease: Lease) -> QuerySet[TelegramBot]:
    return TelegramBot.objects.filter(pk=lease.bot_id, fence=lease.fence)
