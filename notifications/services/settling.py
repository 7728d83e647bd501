"""Writes down what an attempt came to: sent, to be tried again, or dead with the reason."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from common.backoff import RETRY_AFTER_MAX_SECONDS, next_delay
from notifications.channels.base import Receipt
from notifications.channels.errors import DeliveryError
from notifications.choices import ChannelHealth, NotificationStatus
from notifications.models import Channel, NotificationLog
from notifications.services.burying import disable, note_failure, pause
from notifications.services.claiming import MAX_ATTEMPTS, Claim, is_health_stale
from notifications.services.outcomes import Dropped, Outcome, Settled, Untried
from notifications.services.recipients import recipients_keep

logger = logging.getLogger(__name__)

WAITS_SECONDS = (5, 30, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000)
"""Between attempts: about 52 hours in all, so that an outage over night loses nothing."""

HANGS_SECONDS = 3.0
"""An attempt that failed after so long binds a thread for as long with every further message ..."""

HUNG_PAUSE_SECONDS = 15.0
"""... so the other messages of the channel wait a little, and those of other channels go first."""


def settle(claim: Claim, outcome: Outcome, now: datetime | None = None) -> Settled:
    """Stores the outcome while the claim still holds; a zombie's late outcome is dropped."""
    moment = now or timezone.now()
    with transaction.atomic():
        if isinstance(outcome, Receipt):
            settled = _sent(claim, outcome, moment)
        elif isinstance(outcome, Untried):
            settled = _given_back(claim, outcome, moment)
        elif isinstance(outcome, Dropped):
            settled = _dropped(claim, outcome, moment)
        elif _is_last(claim, outcome):
            settled = _dead(claim, outcome, moment)
        else:
            settled = _again(claim, outcome, moment)
        told = outcome.progress if isinstance(outcome, Receipt | DeliveryError) else None
        if told and settled is not Settled.LOST:
            recipients_keep(notification_id=claim.id, told=told, now=moment)
    if settled is Settled.LOST:
        logger.warning("late_outcome_dropped notification=%s", claim.id)
    return settled


def _is_last(claim: Claim, error: DeliveryError) -> bool:
    """A person waits for the outcome of a test: it is not tried again."""
    limit = min(error.max_attempts or MAX_ATTEMPTS, MAX_ATTEMPTS)
    return error.permanent or claim.is_test or claim.attempt >= limit


def _close(claim: Claim, now: datetime, **changes: Any) -> bool:
    held = NotificationLog.objects.filter(
        pk=claim.id, status=NotificationStatus.SENDING, claim_token=claim.token
    )
    return bool(held.update(claim_token="", claimed_until=None, updated_at=now, **changes))


def _sent(claim: Claim, receipt: Receipt, now: datetime) -> Settled:
    flaw = receipt.flaw
    is_ours = _close(
        claim,
        now,
        status=NotificationStatus.SENT,
        sent_at=now,
        provider_id=receipt.provider_id[:190],
        provider_status=receipt.provider_status[:60],
        error_code=flaw.code[:60] if flaw else "",
        error_message=_reason(flaw) if flaw else "",
    )
    if not is_ours:
        return Settled.LOST
    if flaw or is_health_stale(claim, now):
        Channel.objects.filter(pk=claim.channel_id, is_active=True).update(
            health=ChannelHealth.OK, last_error=_reason(flaw) if flaw else "", last_sent_at=now
        )
    if receipt.new_config:
        channel = Channel.objects.select_for_update().get(pk=claim.channel_id)
        channel.config = {**channel.config, **receipt.new_config}
        channel.save(update_fields=["config", "updated_at"])
    return Settled.SENT


def _given_back(claim: Claim, outcome: Untried, now: datetime) -> Settled:
    is_ours = _close(
        claim,
        now,
        status=NotificationStatus.PENDING,
        retry_count=F("retry_count") - 1,
        next_attempt_at=now + timedelta(seconds=outcome.retry_after),
    )
    return Settled.RETRY if is_ours else Settled.LOST


def _dropped(claim: Claim, outcome: Dropped, now: datetime) -> Settled:
    is_ours = _close(
        claim,
        now,
        status=NotificationStatus.DROPPED,
        error_code=outcome.code,
        error_message=outcome.message,
    )
    return Settled.DROPPED if is_ours else Settled.LOST


def _again(claim: Claim, error: DeliveryError, now: datetime) -> Settled:
    wait = float(WAITS_SECONDS[min(claim.attempt, len(WAITS_SECONDS)) - 1])
    asked = min(error.retry_after or 0.0, RETRY_AFTER_MAX_SECONDS)
    delay = next_delay(1, base_seconds=wait, cap_seconds=wait, retry_after=asked)
    is_ours = _close(
        claim,
        now,
        status=NotificationStatus.PENDING,
        next_attempt_at=now + timedelta(seconds=delay),
        error_code=error.code[:60],
        error_message=_reason(error),
    )
    if not is_ours:
        return Settled.LOST
    _note_failure(claim, error)
    seconds = asked or (HUNG_PAUSE_SECONDS if error.seconds >= HANGS_SECONDS else 0.0)
    if seconds:
        pause(channel_id=claim.channel_id, until=now + timedelta(seconds=seconds))
    return Settled.RETRY


def _dead(claim: Claim, error: DeliveryError, now: datetime) -> Settled:
    is_ours = _close(
        claim,
        now,
        status=NotificationStatus.DEAD,
        error_code=error.code[:60],
        error_message=_reason(error),
    )
    if not is_ours:
        return Settled.LOST
    if error.disables_channel and not claim.is_test:
        disable(channel_id=claim.channel_id, reason=_reason(error), now=now)
        logger.warning("channel_disabled channel=%s code=%s", claim.channel_id, error.code)
    else:
        _note_failure(claim, error)
    return Settled.DEAD


def _note_failure(claim: Claim, error: DeliveryError) -> None:
    note_failure(channel_id=claim.channel_id, reason=_reason(error))


def _reason(error: DeliveryError) -> str:
    return " ".join(filter(None, [error.message, error.advice]))
