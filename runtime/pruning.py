"""Keeps the disk free: what is older than it is kept goes, a little at a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django_q.models import Failure, OrmQ, Success

from monitoring.services import pruning as monitoring_rows
from monitoring.services.pruning import cutoffs, rows_delete
from notifications.services import pruning as notification_rows
from runtime.models import ProcessEvent

TASK_SECONDS = 20.0
"""Work of one scheduled pass: a backlog shrinks hour by hour, and other tasks have their turn."""

QUEUE_DAYS = 7
PROCESS_EVENT_DAYS = 90


def prune(
    now: datetime, *, dry_run: bool = False, seconds: float | None = TASK_SECONDS
) -> dict[str, int]:
    """Rows deleted (or counted, when `dry_run`) by name; stops after `seconds`."""
    end = None if seconds is None else time.monotonic() + seconds

    def is_over() -> bool:
        return end is not None and time.monotonic() >= end

    counts = {
        "stock_records": 0,
        "events": 0,
        "notifications": 0,
        "poll_runs": monitoring_rows.runs_prune(now=now, is_over=is_over, dry_run=dry_run),
        "queue_rows": _old_queue_rows(now, is_over, dry_run=dry_run),
        "process_events": rows_delete(
            ProcessEvent.objects.filter(created_at__lt=now - timedelta(days=PROCESS_EVENT_DAYS)),
            is_over=is_over,
            dry_run=dry_run,
        ),
        "bot_rows": notification_rows.bot_rows_prune(now=now, is_over=is_over, dry_run=dry_run),
    }
    for before, team_ids in cutoffs(now).items():
        for name, rows in (
            ("stock_records", monitoring_rows.records_prune),
            ("notifications", notification_rows.messages_prune),
            ("events", monitoring_rows.events_prune),
        ):
            counts[name] += rows(before=before, team_ids=team_ids, is_over=is_over, dry_run=dry_run)
    return counts


def _old_queue_rows(now: datetime, is_over: Callable[[], bool], *, dry_run: bool) -> int:
    """Tasks that nobody fetched for so long go too: their queue is served no more (it has another
    name, or lies in Redis now), and the tables say what is due."""
    before = now - timedelta(days=QUEUE_DAYS)
    old = [
        *(model.objects.filter(stopped__lt=before) for model in (Success, Failure)),
        OrmQ.objects.filter(lock__lt=before),
    ]
    return sum(rows_delete(rows, is_over=is_over, dry_run=dry_run) for rows in old)
