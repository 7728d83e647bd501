"""Takes messages out of the outbox for one attempt: lease, count, freeze. No network."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from common.fields import DecryptionError
from notifications.channels.base import Message, Target
from notifications.channels.errors import DeliveryError
from notifications.choices import ChannelHealth, NotificationStatus
from notifications.models import NotificationLog
from notifications.rendering import TEST_TYPE, message_of
from notifications.services.freezing import freeze
from notifications.services.outcomes import Dropped
from notifications.services.overtaking import OUTDATED, overtaken_ids
from notifications.services.picking import abandoned_pick, fresh_pick
from notifications.services.postponing import quiet_postpone

LEASE_SECONDS = 60
"""Longer than any attempt: 25 s for a message, 45 s for a batch (channels/base.py)."""

MAX_ATTEMPTS = 10

CLAIMABLE = (NotificationStatus.PENDING, NotificationStatus.SENDING)


@dataclass(frozen=True, slots=True)
class Claim:
    """One message under way. `verdict`: it is decided already, there is nothing to send."""

    id: int
    token: str
    attempt: int
    channel_id: int
    kind: str
    target: Target
    channel_health: str
    channel_sent_at: datetime | None
    is_test: bool
    message: Message | None
    verdict: DeliveryError | Dropped | None = None


def claim(
    *, ids: list[int] | None, limit: int, now: datetime, is_abandoned_first: bool = False
) -> list[Claim]:
    """Leases up to `limit` due messages and counts the attempt before it is made.

    Two callers never get the same message. Waiting ones go first; one whose sender died goes alone,
    when nothing else waits or `is_abandoned_first` (picking.py). A message is rendered and frozen
    in the transaction of its first claim. What is wrong with one channel or message stays its own.
    A message whose channel has quiet hours now waits for their end and is not among them.
    """
    with transaction.atomic():
        chosen = _chosen(ids, limit, now, is_abandoned_first)
        if not chosen:
            return []
        token = uuid.uuid4().hex
        NotificationLog.objects.filter(pk__in=chosen, status__in=CLAIMABLE).update(
            status=NotificationStatus.SENDING,
            claim_token=token,
            claimed_until=now + timedelta(seconds=LEASE_SECONDS),
            retry_count=F("retry_count") + 1,
            updated_at=now,
        )
        claimed = list(
            NotificationLog.objects.filter(pk__in=chosen, claim_token=token)
            .select_related("channel__team", "channel__user__preferences")
            .order_by("next_attempt_at", "pk")
        )
        claimed = quiet_postpone(rows=claimed, now=now)
        failed = freeze([row for row in claimed if not row.rendered], now)
        outdated = dict.fromkeys(overtaken_ids(claimed, now), OUTDATED)
        return [_claim_of(row, {**failed, **outdated}) for row in claimed]


def _chosen(
    ids: list[int] | None, limit: int, now: datetime, is_abandoned_first: bool
) -> list[int]:
    if is_abandoned_first:
        return abandoned_pick(now, ids=ids) or fresh_pick(now, ids=ids, limit=limit)
    return fresh_pick(now, ids=ids, limit=limit) or abandoned_pick(now, ids=ids)


def _claim_of(row: NotificationLog, failed: Mapping[int, DeliveryError | Dropped]) -> Claim:
    channel, verdict = row.channel, failed.get(row.pk)
    try:
        secrets = dict(channel.secrets)
    except DecryptionError:
        secrets, verdict = {}, verdict or _unreadable()
    return Claim(
        id=row.pk,
        token=row.claim_token,
        attempt=row.retry_count,
        channel_id=channel.pk,
        kind=channel.kind,
        target=Target(config=channel.config, secrets=secrets),
        channel_health=channel.health,
        channel_sent_at=channel.last_sent_at,
        is_test=row.notification_type == TEST_TYPE,
        message=message_of(row) if verdict is None else None,
        verdict=verdict,
    )


def _unreadable() -> DeliveryError:
    return DeliveryError(
        "The stored secrets of the channel cannot be opened.",
        code="secrets_unreadable",
        advice="Put the old key back into FIELD_ENCRYPTION_KEYS, or enter the secrets anew.",
    )


def is_health_stale(claim: Claim, now: datetime) -> bool:
    """Whether a success is worth a write to its channel: not for every message of a burst."""
    sent_at = claim.channel_sent_at
    return (
        claim.channel_health != ChannelHealth.OK
        or sent_at is None
        or now - sent_at > timedelta(seconds=30)
    )
