"""Gauges of events and messages. Looks back an hour at most, along the indexes of the outbox."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import Count, F, Min, Q, Value
from prometheus_client.metrics_core import Metric

from monitoring.choices import EventType
from monitoring.models import MonitorHistory
from notifications.choices import NotificationStatus
from notifications.models import Channel, NotificationLog
from runtime.metrics import definitions as d
from runtime.metrics.definitions import Family

HOUR = timedelta(hours=1)
LATENCIES_MAX = 2000
QUANTILES = (0.5, 0.95, 0.99, 1.0)


def message_metrics(now: datetime, *, by_team: bool) -> Iterator[Metric]:
    yield _events(now, by_team)
    yield from _unplanned(now)
    yield from _outbox(now, by_team)
    yield _messages(now, by_team)
    yield _latency(now, by_team)
    yield _channels(by_team)


def _events(now: datetime, by_team: bool) -> Metric:
    """The types are named, so that the index of types and times serves."""
    team = F("website__team__slug") if by_team else Value("")
    rows = MonitorHistory.objects.filter(event_type__in=EventType.values, created_at__gt=now - HOUR)
    family = Family(d.EVENTS, by_team)
    found = rows.order_by().annotate(of=team).values("event_type", "of")
    for row in found.annotate(total=Count("pk")):
        family.add(row["total"], row["event_type"], team=row["of"])
    return family.gauge


def _unplanned(now: datetime) -> Iterator[Metric]:
    row = MonitorHistory.objects.unplanned().aggregate(total=Count("pk"), since=Min("created_at"))
    count, age = Family(d.UNPLANNED, False), Family(d.UNPLANNED_AGE, False)
    count.add(row["total"])
    age.add(_seconds(row["since"], now))
    yield count.gauge
    yield age.gauge


def _seconds(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


def _outbox(now: datetime, by_team: bool) -> Iterator[Metric]:
    pending = Q(status=NotificationStatus.PENDING)
    is_open = Q(channel__paused_until__isnull=True) | Q(channel__paused_until__lte=now)
    due = pending & is_open & Q(next_attempt_at__lte=now, channel__is_active=True)
    team = F("channel__team__slug") if by_team else Value("")
    rows = (
        NotificationLog.objects.filter(
            status__in=(NotificationStatus.PENDING, NotificationStatus.SENDING)
        )
        .order_by()
        .annotate(of=team)
        .values("channel__kind", "of")
        .annotate(
            total=Count("pk"),
            due=Count("pk", filter=due),
            sending=Count("pk", filter=Q(status=NotificationStatus.SENDING)),
            owed_since=Min("created_at", filter=due),
            due_since=Min("next_attempt_at", filter=due),
        )
    )
    messages, age, lateness = (
        Family(one, by_team) for one in (d.OUTBOX, d.OUTBOX_AGE, d.OUTBOX_LATENESS)
    )
    for row in rows:
        kind, of = row["channel__kind"], row["of"]
        messages.add(row["due"], kind, "due", team=of)
        messages.add(row["total"] - row["due"] - row["sending"], kind, "waiting", team=of)
        messages.add(row["sending"], kind, "sending", team=of)
        age.add(_seconds(row["owed_since"], now), kind, team=of)
        lateness.add(_seconds(row["due_since"], now), kind, team=of)
    for family in (messages, age, lateness):
        yield family.gauge


def _messages(now: datetime, by_team: bool) -> Metric:
    team = F("channel__team__slug") if by_team else Value("")
    rows = NotificationLog.objects.filter(
        status__in=NotificationStatus.values, created_at__gt=now - HOUR
    )
    family = Family(d.MESSAGES, by_team)
    found = rows.order_by().annotate(of=team).values("channel__kind", "status", "of")
    for row in found.annotate(total=Count("pk")):
        family.add(row["total"], row["channel__kind"], row["status"], team=row["of"])
    return family.gauge


def _latency(now: datetime, by_team: bool) -> Metric:
    """A message of several events is as late as its first one makes it."""
    at_once = NotificationLog.objects.filter(
        status=NotificationStatus.SENT,
        created_at__gt=now - HOUR,
        release_at__isnull=True,
        resend_of__isnull=True,
    )
    newest = at_once.order_by("-created_at").values("pk")[:LATENCIES_MAX]
    team = F("channel__team__slug") if by_team else Value("")
    rows = NotificationLog.objects.filter(pk__in=newest, events__isnull=False).order_by()
    found: dict[tuple[str, str], list[float]] = defaultdict(list)
    for kind, of, sent_at, first in (
        rows.annotate(of=team)
        .values("pk", "channel__kind", "of", "sent_at")
        .annotate(first=Min("events__created_at"))
        .values_list("channel__kind", "of", "sent_at", "first")
    ):
        if sent_at is not None:
            found[kind, of].append(max(0.0, (sent_at - first).total_seconds()))
    family = Family(d.LATENCY, by_team)
    for (kind, of), latencies in sorted(found.items()):
        for share in QUANTILES:
            family.add(quantile(sorted(latencies), share), kind, f"{share:g}", team=of)
    return family.gauge


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest of the sorted values that at least this share of them does not exceed."""
    return values[max(0, math.ceil(share * len(values)) - 1)]


def _channels(by_team: bool) -> Metric:
    team = F("team__slug") if by_team else Value("")
    family = Family(d.CHANNELS, by_team)
    for row in (
        Channel.objects.order_by()
        .annotate(of=team)
        .values("kind", "health", "of")
        .annotate(total=Count("pk"))
    ):
        family.add(row["total"], row["kind"], row["health"], team=row["of"])
    return family.gauge
