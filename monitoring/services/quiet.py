"""The two statements of a poll that found nothing new at a healthy website.

Nearly all polls end here, and building these statements anew by the ORM would cost more than the
request itself, so they are written out (names from the models' own tables).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from monitoring.choices import PollOutcome, PollState, PollTrigger
from monitoring.models import PollRun
from monitoring.services.leases import Lease
from websites.models import Website

_RELEASE = f"""
    UPDATE {Website._meta.db_table}
    SET fence = fence + 1, lease_expires_at = NULL, lost_polls = 0, last_polled_at = %s, last_success_at = %s,
        next_poll_at = CASE WHEN next_poll_at = %s THEN %s ELSE next_poll_at END
    WHERE id = %s AND fence = %s
"""  # noqa: S608 - the table is ours

_MERGE = f"""
    UPDATE {PollRun._meta.db_table}
    SET count = count + 1, last_at = %s, finished_at = %s
    WHERE id = (SELECT MAX(id) FROM {PollRun._meta.db_table} WHERE website_id = %s)
      AND outcome = '{PollOutcome.UNCHANGED.value}' AND state = '{PollState.DONE.value}'
      AND trigger = '{PollTrigger.SCHEDULE.value}' AND monitors_checked = %s AND source = %s
"""  # noqa: S608 - the table and the words are ours


def website_release(lease: Lease, *, now: datetime, next_poll_at: datetime) -> bool:
    """`leases.release` for a healthy website that stays so."""
    at, due = _time(now), [_time(lease.next_poll_at), _time(next_poll_at)]
    return _updated(_RELEASE, [at, at, *due, lease.website_id, lease.fence])


def run_merge(*, website_id: int, monitors_checked: int, source: str, now: datetime) -> bool:
    """Counts one more equal poll in the website's newest run; False when that one is another kind."""
    at = _time(now)
    return _updated(_MERGE, [at, at, website_id, monitors_checked, source])


def _time(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def _updated(sql: str, params: list[Any]) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return bool(cursor.rowcount == 1)
