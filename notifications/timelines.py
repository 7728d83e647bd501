"""One alert from its first event to its last message: what happened, who acted, who was told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone

from common.texts import shown
from monitoring.alertselectors import alert_events, silences_about
from monitoring.choices import EventType, ResolveReason, Suppressed
from monitoring.eventwords import event_text
from monitoring.models import Alert, MonitorHistory, Silence
from notifications.choices import NotificationStatus
from notifications.models import NotificationLog

MESSAGES_SHOWN = 300
REASONS = {str(value): str(label) for value, label in ResolveReason.choices}
WHY_DROPPED = {
    "baseline": "It was so at the first reading.",
    "dedupe": "Told of it within the last 24 hours.",
    "flapping": "It goes in and out of stock all the time.",
    "silenced": "A silence was in force.",
    "outdated": "It was no longer true when it could be sent.",
}


class Entry(NamedTuple):
    """`what` is an event type, `message`, `silence_begins` or `silence_ends`. `author` is who did
    it ({kind, id, name}), None for what nobody did. `why` says why nobody was told."""

    at: datetime
    what: str
    text: str
    author: dict[str, Any] | None = None
    why: str = ""
    event: MonitorHistory | None = None
    notification: NotificationLog | None = None
    silence: Silence | None = None


def alert_timeline(alert: Alert) -> list[Entry]:
    """Oldest first; what happened stands before the message about it."""
    events = list(alert_events(alert))
    entries = [
        *(_of_event(one) for one in events),
        *(_of_message(one) for one in _messages(events)),
        *_of_silences(alert),
    ]
    return sorted(entries, key=lambda one: (one.at, one.notification is not None))


def _messages(events: Iterable[MonitorHistory]) -> Iterable[NotificationLog]:
    ids = [event.pk for event in events]
    found = NotificationLog.objects.filter(events__in=ids).select_related("channel")
    return found.order_by("id").distinct()[:MESSAGES_SHOWN]


def _of_event(event: MonitorHistory) -> Entry:
    author = event.metadata.get("author")
    return Entry(
        event.created_at,
        event.event_type,
        _words(event),
        author=author if isinstance(author, dict) else None,
        why=Suppressed(event.suppressed).label if event.suppressed else "",
        event=event,
    )


def _words(event: MonitorHistory) -> str:
    """What happened, why it is over, and what the person who acted wrote."""
    text = event_text(event.message) or event.get_event_type_display()
    if event.event_type == EventType.ALERT_RESOLVED:
        why = shown(REASONS.get(str(event.metadata.get("reason")), ""))
        text = f"{text}. {why}" if why else text
    note = str(event.metadata.get("note") or "")
    return f"{text}: “{note}”" if note else text


def _of_message(row: NotificationLog) -> Entry:
    why = ""
    if row.status in (NotificationStatus.DROPPED, NotificationStatus.DEAD):
        why = row.error_message or WHY_DROPPED.get(row.error_code, row.error_code)
    text = row.subject or shown(
        row.notification_type.replace("_", " ").replace(".", " ").capitalize()
    )
    return Entry(row.sent_at or row.created_at, "message", text, why=why, notification=row)


def _of_silences(alert: Alert) -> Iterable[Entry]:
    now = timezone.now()
    until = alert.resolved_at or now
    rows = silences_about(alert).filter(starts_at__lte=until, ends_at__gte=alert.opened_at)
    for row in rows.order_by("starts_at"):
        author = {"kind": "user", "id": row.created_by_id, "name": row.author}
        begins = max(row.starts_at, alert.opened_at)
        yield Entry(begins, "silence_begins", row.reason, author=author, silence=row)
        if row.ends_at <= until:
            yield Entry(row.ends_at, "silence_ends", row.reason, silence=row)
