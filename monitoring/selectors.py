"""What people and programs ask about websites and monitors."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from monitoring.choices import EventType, MonitorStatus
from monitoring.models import Monitor, MonitorHistory, StockRecord
from websites.choices import Health
from websites.hosts import host_of
from websites.models import HostBudget, Website
from websites.sources.registry import source_class

STALE_FACTOR = 3
STALE_AT_LEAST = timedelta(minutes=5)


def last_checked_at(monitor: Monitor) -> datetime | None:
    """The website's last good read, unless the monitor was missing from it."""
    return monitor.missing_since or monitor.website.last_success_at


def stock_history(monitor: Monitor, limit: int = 100) -> QuerySet[StockRecord]:
    """Newest records first."""
    return monitor.records.order_by("-created_at", "-id")[:limit]


def monitor_history(monitor: Monitor, limit: int = 100) -> QuerySet[MonitorHistory]:
    """Newest events first."""
    return monitor.history.order_by("-created_at", "-id")[:limit]


def monitor_summary(monitor: Monitor) -> dict[str, Any]:
    """Contract: `GET monitors/{id}/summary/`. `sold_7d` is in pieces, as the statistics count them."""
    since = timezone.now() - timedelta(days=7)
    week = monitor.history.filter(created_at__gte=since).aggregate(
        restocks=Count("id", filter=Q(event_type=EventType.RESTOCKED)),
    )
    sold = monitor.records.filter(created_at__gte=since, delta__lt=0).aggregate(pieces=Sum("delta"))
    previous = monitor.records.order_by("-created_at", "-id").values_list("quantity", flat=True)[
        1:2
    ]
    return {
        "current_quantity": monitor.quantity,
        "previous_quantity": next(iter(previous), None),
        "last_change_at": monitor.last_changed_at,
        "restocks_7d": week["restocks"],
        "sold_7d": -(sold["pieces"] or 0),
        "open_alert": monitor.alerts.unresolved()
        .order_by("-id")
        .values_list("pk", flat=True)
        .first(),
    }


def status_summary(actor: object) -> dict[str, int]:
    """Counts over everything the actor may see."""
    monitors = Monitor.objects.visible_to(actor).aggregate(
        monitors=Count("id"),
        in_stock=Count("id", filter=Q(available=True)),
        out_of_stock=Count("id", filter=Q(available=False)),
        unknown=Count("id", filter=Q(available__isnull=True)),
        low=Count("id", filter=Q(threshold_state="low")),
        paused=Count("id", filter=Q(status=MonitorStatus.PAUSED)),
        error=Count("id", filter=Q(status=MonitorStatus.ERROR)),
    )
    websites = Website.objects.visible_to(actor).aggregate(
        websites=Count("id"),
        websites_ok=Count("id", filter=Q(is_active=True, health=Health.OK)),
        websites_failing=Count(
            "id", filter=Q(is_active=True) & ~Q(health__in=[Health.OK, Health.NEVER])
        ),
    )
    return {**monitors, **websites}


def why_not_running(row: Website | Monitor, now: datetime | None = None) -> list[str]:
    """Sentences that say why nothing is read and what to do; empty when all is well."""
    now = now or timezone.now()
    if isinstance(row, Monitor):
        return [*_monitor_reasons(row), *why_not_running(row.website, now)]
    return _website_reasons(row, now)


def _monitor_reasons(monitor: Monitor) -> list[str]:
    reasons = []
    if monitor.status == MonitorStatus.PAUSED:
        reasons.append("The monitor is paused: resume it to have it compared again.")
    if monitor.status_reason:
        reasons.append(monitor.status_reason)
    was_read = monitor.status == MonitorStatus.ACTIVE and monitor.website.last_success_at
    if was_read and monitor.first_read_at is None:
        reasons.append(
            "The shop was read, but it did not prove the stock of this product. If it shows 0 "
            "for it, say under 'zero means' whether that is sold out or unlimited."
        )
    return reasons


def _host_reasons(website: Website, now: datetime) -> list[str]:
    """Its host is left alone, because of this website or another one on it."""
    if not source_class(website.kind).is_public:
        return []
    budget = HostBudget.objects.filter(
        host=host_of(website.url), failure_count__gt=0, next_at__gt=now
    ).first()
    if budget is None:
        return []
    wait = round((budget.next_at - now).total_seconds())
    return [
        f"The host {budget.host} refused {budget.failure_count} times and is left alone for {wait} s."
    ]


def _website_reasons(website: Website, now: datetime) -> list[str]:
    if not source_class(website.source).is_polled:
        return []
    if not website.is_active:
        return ["The website is paused: resume it to have it polled again."]
    reasons = []
    if website.last_error:
        reasons.append(" ".join(filter(None, [website.last_error, website.last_advice])))
    if website.failure_count and website.next_poll_at > now:
        wait = round((website.next_poll_at - now).total_seconds())
        reasons.append(
            f"{website.failure_count} polls in a row failed; the next one is in {wait} s "
            "(poll now tries at once)."
        )
    reasons += _host_reasons(website, now)
    overdue = now - website.next_poll_at
    if overdue > max(STALE_AT_LEAST, timedelta(seconds=website.poll_interval * STALE_FACTOR)):
        reasons.append(
            "Its poll is overdue: the ticker or the queue does not run. Start the application with "
            "`make run` or look at /api/v1/health/ready."
        )
    if not website.monitors.exists():
        reasons.append("No product is watched yet: import products from the shop.")
    return reasons
