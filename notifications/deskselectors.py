"""What the overview says of messages: numbers that a list can show row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Min

from notifications.choices import NotificationStatus
from notifications.models import Channel, NotificationLog

UNDER_WAY = (NotificationStatus.PENDING, NotificationStatus.SENDING)


@dataclass(slots=True)
class Delivery:
    """`lately`: status -> messages owed since a moment; `backlog`: status -> messages that are not
    finished, however old; `due_since`: when the longest waiting one should have gone."""

    lately: dict[str, int] = field(default_factory=dict)
    backlog: dict[str, int] = field(default_factory=dict)
    due_since: datetime | None = None
    channels: dict[str, int] = field(default_factory=dict)


def delivery(actor: object, since: datetime, now: datetime) -> Delivery:
    """Three statements, along the indexes of the outbox."""
    rows = NotificationLog.objects.visible_to(actor).order_by()
    found = Delivery()
    lately = rows.filter(status__in=NotificationStatus.values, created_at__gte=since)
    found.lately = dict(lately.values_list("status").annotate(number=Count("pk")))
    waiting = rows.filter(status__in=UNDER_WAY).values_list("status")
    for status, number, next_at in waiting.annotate(
        number=Count("pk"), next_at=Min("next_attempt_at")
    ):
        found.backlog[status] = number
        if status == NotificationStatus.PENDING and next_at <= now:
            found.due_since = next_at
    channels = Channel.objects.visible_to(actor).order_by().values_list("health")
    found.channels = dict(channels.annotate(number=Count("pk")))
    return found
