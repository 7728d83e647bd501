"""What people ask about alerts, low stock and silences."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from monitoring.choices import AlertKind, AlertStatus, ThresholdState
from monitoring.models import Alert, Monitor, MonitorHistory, Silence
from monitoring.silencing import Hush
from websites.models import Website

EVENTS_SHOWN = 300


def alert_counts(actor: object) -> dict[str, Any]:
    """Counts over everything the actor may see; `active` is not resolved (C14)."""
    alerts = Alert.objects.visible_to(actor)
    counts: dict[str, Any] = alerts.aggregate(
        total=Count("id"),
        active=Count("id", filter=Q(resolved_at__isnull=True)),
        open=Count("id", filter=Q(status=AlertStatus.OPEN)),
        acknowledged=Count("id", filter=Q(status=AlertStatus.ACKNOWLEDGED)),
        resolved=Count("id", filter=Q(status=AlertStatus.RESOLVED)),
    )
    kinds = dict(alerts.unresolved().order_by().values_list("kind").annotate(number=Count("id")))
    counts["active_by_kind"] = {kind: kinds.get(kind, 0) for kind in AlertKind.values}
    counts["low_stock_items"] = low_stock(actor).count()
    return counts


def low_stock(actor: object) -> QuerySet[Monitor]:
    """Monitors whose last believed number is below their threshold, nothing left included (C20)."""
    return Monitor.objects.visible_to(actor).filter(threshold_state=ThresholdState.LOW)


def open_alerts(row: Monitor | Website) -> QuerySet[Alert]:
    """Unresolved alerts of a monitor, or those of a website itself; newest first."""
    if isinstance(row, Monitor):
        return Alert.objects.unresolved().filter(monitor=row)
    return Alert.objects.unresolved().filter(website=row, kind=AlertKind.UNREACHABLE)


def silences_about(row: Alert | Monitor | Website) -> QuerySet[Silence]:
    """Those that cover it by its website, itself, its label or their whole team, at any time."""
    website = row if isinstance(row, Website) else row.website
    monitor = row.monitor if isinstance(row, Alert) else row if isinstance(row, Monitor) else None
    labels = [*website.labels, *(monitor.labels if monitor else [])]
    by_website = Q(website__isnull=True) | Q(website=website)
    by_monitor = Q(monitor__isnull=True)
    if monitor is not None:
        by_monitor |= Q(monitor=monitor)
    by_label = Q(label="") | Q(label__in=labels)
    return Silence.objects.filter(by_website, by_monitor, by_label, team_id=website.team_id)


def silences_now(row: Alert | Monitor | Website, now: datetime | None = None) -> list[Silence]:
    """Those in force, the longest first."""
    now = now or timezone.now()
    held = silences_about(row).filter(starts_at__lte=now, ends_at__gt=now)
    return list(held.order_by("-ends_at"))


def alert_events(alert: Alert) -> QuerySet[MonitorHistory]:
    """Its own events, and what happened to its monitor or website while it lasted; oldest first."""
    span = Q(created_at__gte=alert.opened_at)
    if alert.resolved_at is not None:
        span &= Q(created_at__lte=alert.resolved_at)
    about = Q(monitor_id=alert.monitor_id) if alert.monitor_id else Q(monitor__isnull=True)
    beside = about & span & Q(alert__isnull=True, website_id=alert.website_id)
    if alert.monitor_id is None:
        beside &= Q(event_type__startswith="website_")
    rows = MonitorHistory.objects.filter(Q(alert=alert) | beside)
    return rows.order_by("created_at", "id")[:EVENTS_SHOWN]


def hushes_of(team_ids: Collection[int], *, since: datetime, until: datetime) -> list[Hush]:
    """Silences that hold at some moment between the two."""
    rows = Silence.objects.filter(team_id__in=team_ids, starts_at__lte=until, ends_at__gt=since)
    columns = (
        "pk", "team_id", "website_id", "monitor_id", "event_types", "label", "starts_at", "ends_at",
        "reason", "author",
    )  # fmt: skip
    return [
        Hush._make((*row[:4], frozenset(row[4]), *row[5:]))
        for row in rows.order_by("pk").values_list(*columns)
    ]
