"""Finds that the clock was set back, and mends what was written before that.

The ticker's own sign of life is the witness: it is written every second, so one that lies in the
future was written by a clock that was ahead. A clock that jumps forward needs no mending: what is
due then is done once, and leases that seem to have run out are protected by fences and tokens.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from django_q.conf import Conf
from django_q.models import OrmQ, Schedule

from monitoring.services import clock as monitoring_times
from notifications.services import clock as notification_times
from runtime import heartbeats
from runtime.models import Heartbeat
from runtime.schedules import DAILY, EVERY_MINUTE, HOURLY

logger = logging.getLogger(__name__)

SKEW = timedelta(minutes=5)
"""Clocks of several machines differ; less than this is not worth a word."""

PAUSE_SECONDS = 600.0
"""Between two mendings: machines that disagree for good must not make everything due all the time."""

LONGEST_STEP = {
    **dict.fromkeys(EVERY_MINUTE, timedelta(minutes=1)),
    **dict.fromkeys(HOURLY, timedelta(hours=1)),
    **dict.fromkeys(DAILY, timedelta(days=1)),
}
"""Schedule -> how far away its next run is at most."""


class Watch:
    """Looks at the ticker's last sign of life before it is written anew."""

    def __init__(self) -> None:
        self._is_behind = False
        self._next_at = 0.0

    def look(self, now: datetime) -> None:
        """One look-up. Remembers what it saw until it is mended."""
        age = heartbeats.age_seconds(heartbeats.TICKER, now)
        if age is not None and age < -SKEW.total_seconds():
            self._is_behind = True

    def mend(self, now: datetime) -> bool:
        """Mends if there is something to; returns whether it did."""
        if not self._is_behind or time.monotonic() < self._next_at:
            return False
        self._next_at = time.monotonic() + PAUSE_SECONDS
        logger.warning("The clock was set back: times that lie too far ahead are brought near")
        monitoring_times.times_mend(now)
        notification_times.times_mend(now)
        _own_times_mend(now)
        self._is_behind = False
        return True


def _own_times_mend(now: datetime) -> None:
    """Schedules, tasks of the queue, signs of life of supervisors that are gone."""
    for name, step in LONGEST_STEP.items():
        Schedule.objects.filter(name=name, next_run__gt=now + step).update(next_run=now + step)
    fetched = timedelta(seconds=Conf.RETRY)
    OrmQ.objects.filter(lock__gt=now + fetched).update(lock=now)
    Heartbeat.objects.filter(beat_at__gt=now).update(beat_at=now)
