"""Old rows make room: records leave a sum of each day behind, events and polls are deleted.

Everything goes in short transactions of a few hundred rows, so that polls never wait for long, and
may be stopped at any line: what is left is found by the next pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Team
from monitoring.choices import PollState
from monitoring.models import Monitor, MonitorHistory, PollRun, StockDay, StockRecord
from monitoring.rollups import Day, Record, days_of, joined
from websites.models import Website

OWNERS = 200
"""Monitors or websites looked at together."""

BATCH = 500
"""Rows of one transaction."""

POLL_RUN_DAYS = 30
"""Polls explain what happened lately; what they found stands in records and events."""

IsOver = Callable[[], bool]
"""Whether the time for this pass is used up."""


def cutoffs(now: datetime) -> dict[datetime, list[int]]:
    """Time before which rows may go -> teams it holds for. Whole days in UTC."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    found: dict[datetime, list[int]] = {}
    days = Coalesce("retention_days", settings.RETENTION_DAYS)
    for team_id, kept in Team.objects.annotate(kept=days).values_list("pk", "kept"):
        found.setdefault(midnight - timedelta(days=kept), []).append(team_id)
    return found


def records_prune(*, before: datetime, team_ids: list[int], is_over: IsOver, dry_run: bool) -> int:
    """Sums up and deletes records; the newest of a Monitor stays, whatever its age."""
    newer = StockRecord.objects.filter(
        monitor=OuterRef("monitor"), created_at__gt=OuterRef("created_at")
    )
    monitors = Monitor.objects.filter(website__team_id__in=team_ids)
    count = 0
    for ids in owners(monitors):
        old = StockRecord.objects.filter(Exists(newer), monitor_id__in=ids, created_at__lt=before)
        if dry_run:
            count += old.count()
            continue
        while not is_over() and (done := _sum_up(old)):
            count += done
        if is_over():
            break
    return count


def events_prune(*, before: datetime, team_ids: list[int], is_over: IsOver, dry_run: bool) -> int:
    """Events that were planned, and whose alert, if any, is resolved."""
    websites = Website.objects.filter(team_id__in=team_ids)
    is_settled = Q(alert__isnull=True) | Q(alert__resolved_at__isnull=False)
    count = 0
    for ids in owners(websites):
        old = MonitorHistory.objects.filter(
            is_settled, website_id__in=ids, created_at__lt=before, planned_at__isnull=False
        )
        count += rows_delete(old, is_over=is_over, dry_run=dry_run)
    return count


def runs_prune(*, now: datetime, is_over: IsOver, dry_run: bool) -> int:
    """Finished polls; the newest of a Website stays."""
    before, count = now - timedelta(days=POLL_RUN_DAYS), 0
    for ids in owners(Website.objects.all()):
        runs = PollRun.objects.filter(website_id__in=ids)
        newest = runs.values("website").annotate(newest=Max("pk")).values("newest")
        old = runs.filter(last_at__lt=before, state__in=[PollState.DONE, PollState.FAILED])
        count += rows_delete(old.exclude(pk__in=newest), is_over=is_over, dry_run=dry_run)
    return count


def owners(rows: QuerySet[Any]) -> Iterator[list[int]]:
    """Primary keys in bunches: the indexes of old rows begin with their owner."""
    last = 0
    while ids := list(
        rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:OWNERS]
    ):
        yield ids
        last = ids[-1]


def rows_delete(rows: QuerySet[Any], *, is_over: IsOver, dry_run: bool) -> int:
    """Deletes the rows batch by batch; returns how many."""
    if dry_run:
        return rows.count()
    model: type[Model] = rows.model
    count = 0
    while not is_over():
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        with transaction.atomic():
            model._default_manager.filter(pk__in=ids).delete()
        count += len(ids)
    return count


def _sum_up(old: QuerySet[StockRecord]) -> int:
    """One batch: its days are written and its records deleted in one transaction, so that each is
    counted once whatever dies when."""
    with transaction.atomic():
        rows = list(
            old.select_for_update(skip_locked=True, of=("self",))
            .order_by("monitor_id", "created_at", "pk")
            .values_list(
                "pk",
                "monitor_id",
                "created_at",
                "quantity",
                "available",
                "delta",
                "price",
                "currency",
            )[:BATCH]
        )
        if not rows:
            return 0
        sums = days_of(Record(*row[1:]) for row in rows)
        kept = StockDay.objects.filter(
            monitor_id__in={monitor for monitor, _ in sums}, day__in={day for _, day in sums}
        ).select_for_update()
        for row in kept:
            key = (row.monitor_id, row.day)
            if key in sums:
                earlier = Day(*(getattr(row, name) for name in Day._fields))
                sums[key] = joined(earlier, sums[key])
        StockDay.objects.bulk_create(
            [
                StockDay(monitor_id=monitor, day=day, **one._asdict())
                for (monitor, day), one in sums.items()
            ],
            update_conflicts=True,
            unique_fields=["monitor", "day"],
            update_fields=list(Day._fields),
        )
        StockRecord.objects.filter(pk__in=[row[0] for row in rows]).delete()
    return len(rows)
