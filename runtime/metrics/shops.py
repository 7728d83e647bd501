"""Gauges of websites and polls: four statements however many websites there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, F, Min, OuterRef, Q, Subquery, Value, When
from prometheus_client.metrics_core import Metric

from monitoring.choices import PollState
from monitoring.models import Monitor, PollRun
from runtime.metrics import definitions as d
from runtime.metrics.definitions import Family
from websites.choices import Health
from websites.models import Website
from websites.querysets import WebsiteQuerySet
from websites.sources.registry import AUTO, polled_kinds

AGES_SECONDS = (15, 30, 60, 120, 300, 900, 3600, 21_600, 86_400)

KIND = Case(
    When(~Q(resolved_source=""), source=AUTO, then=F("resolved_source")), default=F("source")
)
"""The kind that reads; `auto` while no connection test has found any."""

Key = tuple[str, str]
"""Source kind and team; the team is "" unless asked for."""


def shop_metrics(now: datetime, *, by_team: bool) -> Iterator[Metric]:
    yield from _websites(now, by_team)
    yield from _due(now, by_team)
    yield _last_outcomes(by_team)
    yield _monitors(by_team)


def _grouped(rows: WebsiteQuerySet, by_team: bool, *names: str) -> Any:
    team = F("team__slug") if by_team else Value("")
    return rows.order_by().annotate(by=KIND, of=team).values("by", "of", *names)


def _websites(now: datetime, by_team: bool) -> Iterator[Metric]:
    read = Q(is_active=True, source__in=polled_kinds())
    rows = _grouped(Website.objects.all(), by_team, "health", "is_active").annotate(
        total=Count("pk"),
        never=Count("pk", filter=read & Q(last_success_at__isnull=True)),
        oldest=Min("last_success_at", filter=read),
        read=Count("last_success_at", filter=read),
        queued=Count("queued_at", filter=read),
        queued_since=Min("queued_at", filter=read),
        polling=Count("pk", filter=Q(lease_expires_at__gt=now)),
        **{
            f"within_{age}": Count(
                "pk", filter=read & Q(last_success_at__gte=now - timedelta(seconds=age))
            )
            for age in AGES_SECONDS
        },
    )
    websites = Family(d.WEBSITES, by_team)
    sums: dict[Key, dict[str, Any]] = defaultdict(dict)
    counts: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in rows:
        health, is_active = row.pop("health"), row.pop("is_active")
        health = health if is_active else Health.PAUSED
        counts[row["by"], health, row["of"]] += row.pop("total")
        _add_up(sums[row.pop("by"), row.pop("of")], row)
    for (kind, health, team), count in sorted(counts.items()):
        websites.add(count, kind, health, team=team)
    yield websites.gauge
    yield from _ages(sums, now, by_team)


def _add_up(total: dict[str, Any], row: dict[str, Any]) -> None:
    """Counts are added, of times the earliest stays."""
    for name, value in row.items():
        there = total.get(name)
        if isinstance(value, datetime):
            total[name] = value if there is None else min(there, value)
        elif value is not None:
            total[name] = (there or 0) + value


def _ages(sums: dict[Key, dict[str, Any]], now: datetime, by_team: bool) -> Iterator[Metric]:
    families = [Family(one, by_team) for one in (
        d.READ_AGE_MAX, d.READ_AGE_BUCKET, d.NEVER_READ, d.QUEUED, d.QUEUED_AGE, d.POLLING
    )]  # fmt: skip
    oldest, bucket, never, queued, queued_age, polling = families
    for (kind, team), row in sorted(sums.items()):
        if "oldest" in row:
            oldest.add(_seconds(row["oldest"], now), kind, team=team)
        for age in AGES_SECONDS:
            bucket.add(row[f"within_{age}"], kind, f"{age}", team=team)
        bucket.add(row["read"], kind, "+Inf", team=team)
        never.add(row["never"], kind, team=team)
        queued.add(row["queued"], kind, team=team)
        queued_age.add(_seconds(row.get("queued_since"), now), kind, team=team)
        polling.add(row["polling"], kind, team=team)
    for family in families:
        yield family.gauge


def _seconds(since: datetime | None, now: datetime) -> float:
    """0 when nothing waits: "none" and "just now" are the same good news."""
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


def _due(now: datetime, by_team: bool) -> Iterator[Metric]:
    due, lateness = Family(d.DUE, by_team), Family(d.DUE_LATENESS, by_team)
    rows = _grouped(Website.objects.due(now), by_team)
    for row in rows.annotate(total=Count("pk"), since=Min("next_poll_at")):
        due.add(row["total"], row["by"], team=row["of"])
        lateness.add(_seconds(row["since"], now), row["by"], team=row["of"])
    yield due.gauge
    yield lateness.gauge


def _last_outcomes(by_team: bool) -> Metric:
    """One look into the index of runs per website: no sum over runs, which are merged and pruned."""
    finished = PollRun.objects.filter(
        website=OuterRef("pk"), state__in=(PollState.DONE, PollState.FAILED)
    )
    newest = (
        Website.objects.pollable()
        .order_by()
        .values(newest=Subquery(finished.order_by("-id").values("pk")[:1]))
    )
    team = F("website__team__slug") if by_team else Value("")
    runs = PollRun.objects.filter(pk__in=newest).order_by().annotate(of=team)
    family = Family(d.LAST_OUTCOME, by_team)
    for row in runs.values("source", "outcome", "of").annotate(total=Count("pk")):
        family.add(row["total"], row["source"] or AUTO, row["outcome"], team=row["of"])
    return family.gauge


def _monitors(by_team: bool) -> Metric:
    team = F("website__team__slug") if by_team else Value("")
    family = Family(d.MONITORS, by_team)
    rows = Monitor.objects.order_by().annotate(of=team).values("status", "of")
    for row in rows.annotate(total=Count("pk")):
        family.add(row["total"], row["status"], team=row["of"])
    return family.gauge
