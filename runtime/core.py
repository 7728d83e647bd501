"""The core process: once a second it starts due polls and sweeps up what was left behind.

It decides nothing itself and keeps nothing in memory: any number of them may run, and one that
died is replaced without loss, because due times, leases and the outbox are tables.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from threading import Event

from django.db import close_old_connections, connection
from django.utils import timezone

from monitoring.services.polling import cycle_run
from monitoring.services.reminders import alerts_remind
from monitoring.services.steadying import flaps_settle
from notifications.services.sweeping import sweep
from runtime import heartbeats
from runtime.clock import Watch
from runtime.pulse import Pulse
from runtime.trimming import Trimmer

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
TROUBLE_SECONDS = 5.0
"""Pause after a failed tick: a database that is away is not asked every second."""

watch = Watch()


def tick() -> None:
    """One pass. A failing sweep must not stop the polls, so the beat and the cycle come first."""
    now = timezone.now()
    watch.look(now)
    heartbeats.beat(heartbeats.TICKER, now)
    watch.mend(now)
    cycle_run()
    flaps_settle(now)
    alerts_remind()
    sweep()


def run_until(end: Event, step: Callable[[], None] = tick) -> None:
    """Ticks until `end` is set; returns within a tick then.

    The pulse tells the supervisor that the loop turns, whatever comes of its ticks.
    """
    pulse, trim = Pulse.of_environment(), Trimmer()
    while not end.is_set():
        if pulse is not None:
            pulse.beat()
        started = time.monotonic()
        pause = TICK_SECONDS
        try:
            step()
        except Exception:
            # The boundary of the process: whatever went wrong, the next tick tries again.
            logger.exception("A tick failed")
            pause = TROUBLE_SECONDS
            connection.close()
        close_old_connections()
        trim()
        end.wait(max(0.0, pause - (time.monotonic() - started)))
