"""Words of a message are made once, at its first claim; every attempt says the same."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from monitoring.models import MonitorHistory
from monitoring.services.setbased import update_rows
from notifications.channels.errors import DeliveryError
from notifications.channels.registry import CHANNELS
from notifications.links import mail_links
from notifications.manner import manner_of
from notifications.models import NotificationLog
from notifications.rendering import (
    LINES_MAX,
    TEST_TYPE,
    Rendered,
    render_events,
    render_test,
)
from notifications.services.outcomes import Dropped
from notifications.services.templates import OwnByKey, own_words

logger = logging.getLogger(__name__)

MANY = 500
"""Links that are read as they are; more are counted in the database."""

EVENTS_DELETED = Dropped(code="events_deleted", message="All events it told of were deleted.")


@dataclass(slots=True)
class _Told:
    """Events of one message: the first ones, and how many there are."""

    total: int = 0
    events: list[MonitorHistory] = field(default_factory=list)


def freeze(rows: Sequence[NotificationLog], now: datetime) -> dict[int, DeliveryError | Dropped]:
    """Renders and stores the words of `rows`. Returns why some have none, by id."""
    failed: dict[int, DeliveryError | Dropped] = {}
    frozen: list[tuple[Any, ...]] = []
    told = _told(rows) if rows else {}
    own = own_words(row.channel.team_id for row in rows) if rows else {}
    for row in rows:
        if row.notification_type != TEST_TYPE and not told[row.pk].events:
            failed[row.pk] = EVENTS_DELETED
            continue
        try:
            rendered = _rendered(row, told[row.pk], own, now)
        except Exception:
            # A broken template must not hold the other messages back; settled as a failure.
            logger.exception("message_not_rendered notification=%s", row.pk)
            failed[row.pk] = _not_rendered()
            continue
        for column, value in rendered.columns().items():
            setattr(row, column, value)
        frozen.append((row.pk, row.subject, row.message, row.rendered))
    update_rows(
        NotificationLog, match=["id"], change=["subject", "message", "rendered"], rows=frozen
    )
    return failed


def _rendered(row: NotificationLog, told: _Told, own: OwnByKey, now: datetime) -> Rendered:
    if row.notification_type == TEST_TYPE:
        return render_test(row.channel, now)
    manner = manner_of(row.channel)
    rendered = render_events(
        told.events,
        notification_type=row.notification_type,
        total=told.total,
        manner=manner,
        own=own.get((row.channel.team_id, told.events[0].event_type, manner.language)),
        has_html=_has_html(row.channel.kind),
    )
    return replace(rendered, foot=mail_links(row.channel, told.events, manner))


def _has_html(kind: str) -> bool:
    """A kind that is gone or broken fails when it is sent to, beside which the others are sent."""
    try:
        return CHANNELS.get(kind).has_html
    except Exception:
        return False


def _told(messages: Sequence[NotificationLog]) -> defaultdict[int, _Told]:
    links = _links(messages)
    rows = (
        MonitorHistory.objects.filter(pk__in={event_id for _, event_id, _ in links})
        .select_related("website__team", "monitor", "record", "alert")
        .defer("website__credentials")
        .in_bulk()
    )
    told: defaultdict[int, _Told] = defaultdict(_Told)
    for notification_id, event_id, total in links:
        told[notification_id].total = total
        if event_id in rows:  # else it was deleted between the two looks
            told[notification_id].events.append(rows[event_id])
    return told


def _links(messages: Sequence[NotificationLog]) -> list[tuple[int, int, int]]:
    """(message id, event id, number of its events), no more of a message than it lists.

    Some have thousands. Most have a handful, and are on their way within milliseconds: they do
    without counting in the database.
    """
    linked: QuerySet[Any] = NotificationLog.events.through.objects.order_by("monitorhistory_id")
    rows = linked.filter(notificationlog_id__in=[message.pk for message in messages])
    found = list(rows.values_list("notificationlog_id", "monitorhistory_id")[: MANY + 1])
    if len(found) <= MANY:
        totals = Counter(notification_id for notification_id, _ in found)
        return [(one, event_id, totals[one]) for one, event_id in _first(found)]
    mine: dict[str, Any] = {"partition_by": F("notificationlog_id")}
    place = Window(RowNumber(), order_by=F("monitorhistory_id").asc(), **mine)
    counted = rows.annotate(total=Window(Count("pk"), **mine), place=place)
    listed = counted.filter(place__lte=LINES_MAX)
    return list(listed.values_list("notificationlog_id", "monitorhistory_id", "total"))


def _first(links: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    seen: Counter[int] = Counter()
    for link in links:
        seen[link[0]] += 1
        if seen[link[0]] <= LINES_MAX:
            yield link


def _not_rendered() -> DeliveryError:
    return DeliveryError(
        "The message could not be rendered.",
        code="render_failed",
        advice="The log of the worker names the template.",
    )
