"""Keeps what became of a message at each recipient, from the answers and from later reports."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from notifications.channels.base import HearsReports, Target
from notifications.channels.errors import DeliveryError
from notifications.channels.registry import build
from notifications.choices import NotificationStatus
from notifications.models import Channel, NotificationLog
from notifications.progress import FAILED, Progress, has_arrived, is_news, kept, overall
from notifications.rendering import TEST_TYPE
from notifications.services.burying import disable, note_failure

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 10
KEPT = (
    "status", "next_attempt_at", "sent_at", "delivered_at", "provider_status", "rendered",
    "error_code", "error_message", "updated_at",
)  # fmt: skip
OPEN = (NotificationStatus.SENT, NotificationStatus.PENDING)


@dataclass(frozen=True, slots=True)
class Report:
    """What a provider says of one recipient. `code`: number of its error, 0 for none."""

    notification: UUID
    sid: str
    number: str
    status: str
    code: int = 0


def report_take(report: Report, now: datetime | None = None) -> bool:
    """Moves the message on; False when the report is of nothing we wait for, or late.

    A recipient that failed for a passing reason, or may be reached in another way, is owed the
    message again; others have it and are left alone.
    """
    with transaction.atomic():
        row = (
            NotificationLog.objects.select_for_update()
            .filter(public_id=report.notification)
            .first()
        )
        if row is None:
            return False
        progress = _progress(row)
        entry = progress.get(report.number, {})
        # The first report may come before the answer that names the provider's id.
        is_early = not entry.get("sid") and row.status == NotificationStatus.SENDING
        if not (is_early or entry.get("sid") == report.sid) or not is_news(entry, report.status):
            return False
        code = {"code": report.code} if report.code else {}
        progress[report.number] = {**entry, "sid": report.sid, "status": report.status, **code}
        _keep(row, progress, [report.number], now or timezone.now())
    return True


def recipients_keep(
    *, notification_id: int, told: Mapping[str, Mapping[str, Any]], now: datetime
) -> None:
    """What an attempt told of its recipients. Inside the transaction that settles the attempt."""
    row = NotificationLog.objects.select_for_update().get(pk=notification_id)
    _keep(row, kept(_progress(row), told), told, now)


def _progress(row: NotificationLog) -> Progress:
    return dict(row.rendered.get("progress") or {})


def _keep(row: NotificationLog, progress: Progress, changed: Iterable[str], now: datetime) -> None:
    if row.status != NotificationStatus.SENDING:  # else the attempt looks after it when it ends
        for number in changed:
            if progress[number].get("status") in FAILED:
                _failed(row, progress, number, now)
    row.rendered = {**row.rendered, "progress": progress}
    row.provider_status = overall(progress)[:60]
    if row.delivered_at is None and row.status == NotificationStatus.SENT and has_arrived(progress):
        row.delivered_at = now
    row.save(update_fields=KEPT)


def _failed(row: NotificationLog, progress: Progress, number: str, now: datetime) -> None:
    channel = Channel.objects.get(pk=row.channel_id)
    transport = build(channel.kind, Target(config=channel.config, secrets={}))
    if not isinstance(transport, HearsReports):
        return
    error = transport.undelivered(number, progress[number])
    who = f"{number}: " if len(progress) > 1 else ""  # one alone may be a person's own
    reason = " ".join(filter(None, [f"{who}{error.message}", error.advice]))
    row.error_code, row.error_message = error.code[:60], reason
    if _is_worth_another(row, error):
        progress[number] = dict(error.progress.get(number, {}))
        row.status, row.sent_at = NotificationStatus.PENDING, None
        row.next_attempt_at = now + timedelta(seconds=error.retry_after or 0.0)
    elif error.disables_channel and len(progress) == 1 and row.notification_type != TEST_TYPE:
        disable(channel_id=channel.pk, reason=reason, now=now)
        logger.warning("channel_disabled channel=%s code=%s", channel.pk, error.code)
    else:
        note_failure(channel_id=channel.pk, reason=reason)


def _is_worth_another(row: NotificationLog, error: DeliveryError) -> bool:
    limit = min(error.max_attempts or MAX_ATTEMPTS, MAX_ATTEMPTS)
    return not error.permanent and row.status in OPEN and row.retry_count < limit
