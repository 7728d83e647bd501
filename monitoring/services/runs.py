"""PollRun rows: equal unchanged scheduled runs are one row with a count."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from monitoring.choices import PollOutcome, PollState, PollTrigger
from monitoring.models import PollRun
from monitoring.services.leases import Lease
from websites.sources.base import Snapshot
from websites.sources.errors import SourceError

_MERGE = f"""
    UPDATE {PollRun._meta.db_table}
    SET count = count + 1, last_at = %s, finished_at = %s
    WHERE id = (SELECT MAX(id) FROM {PollRun._meta.db_table} WHERE website_id = %s)
      AND outcome = '{PollOutcome.UNCHANGED.value}' AND state = '{PollState.DONE.value}'
      AND trigger = '{PollTrigger.SCHEDULE.value}' AND monitors_checked = %s AND source = %s
"""  # noqa: S608 - the table and the words are ours
"""Nearly all polls end with this; building it anew by the ORM would cost more than the request itself."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of one poll."""

    monitors_checked: int = 0
    products_seen: int = 0
    changes: int = 0
    events: int = 0
    requests_made: int = 0
    bytes_read: int = 0
    source: str = ""
    """The kind that read, where another one than the lease names."""


def run_finish(
    *,
    lease: Lease,
    outcome: PollOutcome,
    now: datetime,
    tally: Tally,
    error: SourceError | None = None,
) -> int | None:
    """Stores what a poll came to. Returns the row's id, None when it was merged into an equal one."""
    is_scheduled = not lease.requested_run_ids
    source = tally.source or lease.kind
    if is_scheduled and outcome == PollOutcome.UNCHANGED:
        merged = _merge(
            website_id=lease.website_id,
            monitors_checked=tally.monitors_checked,
            source=source,
            now=now,
        )
        if merged:
            return None
    columns = {
        "state": PollState.FAILED if error or outcome == PollOutcome.ERROR else PollState.DONE,
        "outcome": outcome,
        "last_at": now,
        "finished_at": now,
        "duration_ms": max(0, round((now - lease.taken_at).total_seconds() * 1000)),
        "monitors_checked": tally.monitors_checked,
        "products_seen": tally.products_seen,
        "changes": tally.changes,
        "events": tally.events,
        "requests_made": tally.requests_made,
        "bytes_read": tally.bytes_read,
        "source": source,
        "error_code": error.code if error else "",
        "error_message": error.message if error else "",
        "advice": error.advice if error else "",
    }
    if lease.requested_run_ids:
        PollRun.objects.filter(pk__in=lease.requested_run_ids).update(**columns)
        return lease.requested_run_ids[0]
    run = PollRun.objects.create(
        website_id=lease.website_id,
        trigger=PollTrigger.SCHEDULE,
        first_at=lease.taken_at,
        **columns,
    )
    return run.pk


def tally_of(snapshot: Snapshot, **numbers: int) -> Tally:
    return Tally(
        products_seen=len(snapshot.readings),
        requests_made=snapshot.requests_made,
        bytes_read=snapshot.bytes_read,
        source=snapshot.source,
        **numbers,
    )


def run_events_set(run_id: int, events: int) -> None:
    """How many events the poll really came to."""
    PollRun.objects.filter(pk=run_id).update(events=events)


def _merge(*, website_id: int, monitors_checked: int, source: str, now: datetime) -> bool:
    """Counts one more equal poll in the website's newest run; False when that one is another kind."""
    at = connection.ops.adapt_datetimefield_value(now)
    with connection.cursor() as cursor:
        cursor.execute(_MERGE, [at, at, website_id, monitors_checked, source])
        return bool(cursor.rowcount == 1)
