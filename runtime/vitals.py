"""The supervisor's senses: sends canaries, listens for signs of life, writes down what happens.

Whatever may block, the database and the web server, is touched by threads of its own; the
supervisor itself reads numbers only. While the database does not answer, nobody is judged: its
silence is not theirs. The same for queues while their Redis is away.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from threading import Event, Lock, Thread

from django.db import connection
from django.utils import timezone

from runtime import canaries, events, heartbeats
from runtime.choices import What
from runtime.events import Happening
from runtime.judging import Suspicion
from runtime.models import Heartbeat
from runtime.pulse import Pulse

logger = logging.getLogger(__name__)

ROUND_SECONDS = 1.0
PRUNE_SECONDS = 600.0
FAREWELL_SECONDS = 3.0
"""How long the end of the program waits for the last words to be written."""


class Vitals:
    """A witness of the supervisor. `queues`: cluster -> name of the child that serves it.

    `folder` holds the pulses; `beating` are other children that beat by themselves.
    """

    def __init__(
        self,
        *,
        instance: str,
        folder: Path,
        queues: Mapping[str, str],
        beating: Mapping[str, str],
        canary_seconds: float,
        limit_seconds: float,
        on_start: Callable[[str, int], None],
    ) -> None:
        self.instance = instance
        self.queues = dict(queues)
        self.canary_seconds = canary_seconds
        self.limit_seconds = limit_seconds
        self._on_start = on_start
        self.words = dict.fromkeys(queues.values(), "answered no canary") | dict(beating)
        self.suspicions = {name: Suspicion(limit_seconds) for name in self.words}
        self.pulses = {
            name: Pulse(folder / f"{instance}-{number}.pulse")
            for number, name in enumerate(self.words)
        }
        self._book: deque[Happening] = deque()
        self._to_recover: set[str] = set()
        self._lock = Lock()
        self._end = Event()
        self._thread = Thread(target=self._run, name="vitals", daemon=True)
        self._database_ok_at = self._fair_from = 0.0
        self._next_canary = self._next_prune = 0.0

    # --- Called by the supervisor; never blocks --------------------------------------------

    def start(self) -> None:
        self._thread.start()

    def child_started(self, name: str, session: int) -> None:
        self._on_start(name, session)

    def child_stopped(self, name: str) -> None:
        with self._lock:
            if name in self.suspicions:
                self.pulses[name].reset()
                self.suspicions[name].started()
            if name in self.queues.values():
                self._to_recover.add(name)

    def trouble(self, name: str) -> str | None:
        now = time.monotonic()
        if name not in self.suspicions or now - self._database_ok_at > self.limit_seconds / 2:
            return None
        with self._lock:
            silent = self.suspicions[name].silent_seconds(now, fair_from=self._fair_from)
        return None if silent is None else f"{self.words[name]} for {silent:.0f} s"

    def tell(self, name: str, what: What, reason: str) -> None:
        self._book.append(Happening(name, what, reason, timezone.now()))

    def ask(self, name: str, now: float) -> None:
        with self._lock:
            self.suspicions[name].ask(now)

    def close(self) -> None:
        """Writes the last words, if the database takes them in time."""
        self._end.set()
        self._thread.join(FAREWELL_SECONDS)
        for pulse in self.pulses.values():
            pulse.remove()

    # --- The thread ------------------------------------------------------------------------

    def _run(self) -> None:
        is_well = True
        while not self._end.is_set():
            try:
                self.round()
            except Exception:
                # The boundary of the thread: the supervisor lives on without its senses.
                if is_well:
                    logger.exception("The supervisor cannot use the database")
                is_well = False
                self._fair_from = float("inf")
                connection.close()
            else:
                is_well = True
            self._end.wait(min(ROUND_SECONDS, self.canary_seconds / 2))
        try:
            self.farewell()
        except Exception:
            logger.exception("The last words of the supervisor were not written")
        finally:
            connection.close()

    def round(self) -> None:
        """One look at everything."""
        now = time.monotonic()
        self._write_book()
        self._recover()
        if now >= self._next_canary:
            self._next_canary = now + self.canary_seconds
            self._send_canaries(now)
            self._write_beats(now)
        if now >= self._next_prune:
            self._next_prune = now + PRUNE_SECONDS
            self._prune()
        Heartbeat.objects.exists()
        self._database_answered()
        self._listen(now)

    def _database_answered(self) -> None:
        now = time.monotonic()
        if now - self._database_ok_at > self.limit_seconds / 2 or self._fair_from > now:
            self._fair_from = now
        self._database_ok_at = now

    def _listen(self, now: float) -> None:
        with self._lock:
            for name, suspicion in self.suspicions.items():
                suspicion.heard(self.pulses[name].last())
                if name not in self.queues.values():
                    suspicion.ask(now)

    def _send_canaries(self, now: float) -> None:
        for cluster, name in self.queues.items():
            if canaries.send(cluster=cluster, instance=self.instance):
                self.ask(name, now)
                continue
            with self._lock:
                self.suspicions[name].excuse()

    def _write_beats(self, now: float) -> None:
        for cluster, name in self.queues.items():
            last = self.pulses[name].last()
            if last is not None:
                at = timezone.now() - timedelta(seconds=max(0.0, now - last))
                heartbeats.beat(cluster, at, instance=self.instance)

    def _recover(self) -> None:
        """After a cluster's death its tasks are free for the next one at once."""
        with self._lock:
            names = set(self._to_recover)
        for cluster, name in self.queues.items():
            if name in names:
                canaries.recall(cluster=cluster, instance=self.instance)
                canaries.release(cluster=cluster, now=timezone.now())
        with self._lock:
            self._to_recover -= names

    def _write_book(self) -> None:
        pages = list(self._book)
        if pages:
            events.write(pages, instance=self.instance)
            for _ in pages:
                self._book.popleft()

    def _prune(self) -> None:
        now = timezone.now()
        heartbeats.prune(now)
        events.prune(now)
        living = set(Heartbeat.objects.values_list("instance", flat=True)) | {self.instance}
        canaries.prune(instances=living)

    def farewell(self) -> None:
        self._write_book()
        heartbeats.forget(instance=self.instance)
        for cluster in self.queues:
            canaries.recall(cluster=cluster, instance=self.instance)
