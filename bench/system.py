"""Real processes of the product on the lab's database, and polls handed to their queue."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from bench.lab import ROOT, Lab

STARTS_WITHIN = 60.0
POLLED_WITHIN = 60.0


class Drive(Protocol):
    """Who polls."""

    def poll(self, website_ids: Sequence[int]) -> float:
        """All of them are due now and have been polled when it returns; when they were due."""
        ...


class Here:
    """This process, as `manage.py run_cycle` does it."""

    def poll(self, website_ids: Sequence[int]) -> float:
        from monitoring.services.polling import cycle_now

        started = time.time()
        cycle_now(website_ids=list(website_ids))
        return started


@dataclass(slots=True)
class Queue:
    """The clusters that run, by tasks of `batch` websites."""

    batch: int = 16

    def poll(self, website_ids: Sequence[int]) -> float:
        """Raises TimeoutError."""
        from websites.models import Website

        started = self.hand_over(website_ids)
        moment = _moment(started)
        polled = Website.objects.filter(pk__in=website_ids, last_polled_at__gte=moment)
        wait_until(lambda: polled.count() == len(website_ids), POLLED_WITHIN, "the last poll")
        return started

    def hand_over(self, website_ids: Sequence[int]) -> float:
        """What the ticker does with due websites."""
        from django_q.tasks import async_task

        from common.queues import POLL, cluster_of
        from monitoring.services.leases import due_claim
        from websites.models import Website

        started = time.time()
        now = _moment(started)
        due = Website.objects.filter(pk__in=website_ids)
        due.update(next_poll_at=now - timedelta(seconds=1), queued_at=None)
        ids = due_claim(now, website_ids=list(website_ids))
        for first in range(0, len(ids), self.batch):
            batch = ids[first : first + self.batch]
            async_task("monitoring.tasks.poll_websites", batch, cluster=cluster_of(POLL))
        return started


@dataclass(slots=True)
class Processes:
    """Everything that was started; `stop` ends it."""

    folder: Path
    started: list[tuple[subprocess.Popen[bytes], Path]] = field(default_factory=list)

    def manage(self, *words: str, **environment: str) -> Path:
        """Starts `manage.py words`; returns the file of its output."""
        log = self.folder / f"process-{len(self.started)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "manage.py", *words],
                cwd=ROOT,
                env={**os.environ, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started.append((process, log))
        return log

    def clusters(self, names: Sequence[str], **environment: str) -> None:
        """A queue cluster for each name; returns when each of them has done a task of its own."""
        from django_q.models import OrmQ
        from django_q.tasks import async_task

        from runtime.broker import INSTANCE_VARIABLE, address

        keys = []
        for name in names:
            instance = uuid.uuid4().hex[:12]
            own = {"Q_CLUSTER_NAME": name, INSTANCE_VARIABLE: instance}
            self.manage("queue", **own, **environment)
            keys.append(address(name, instance))
            async_task("django.utils.timezone.now", cluster=keys[-1])
        waiting = OrmQ.objects.filter(key__in=keys)
        wait_until(lambda: not waiting.exists(), STARTS_WITHIN, "the first task of a cluster")

    def stop(self) -> None:
        for process, _ in self.started:
            process.send_signal(signal.SIGTERM)
        for process, _ in self.started:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=20)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)
        self.started.clear()


@contextmanager
def processes(lab: Lab) -> Iterator[Processes]:
    running = Processes(lab.folder)
    try:
        yield running
    finally:
        running.stop()


@contextmanager
def product(lab: Lab) -> Iterator[Queue]:
    """Core process and queue as `manage.py run` starts them, without the web server."""
    from common.queues import clusters

    with processes(lab) as running:
        running.clusters(list(clusters()))
        running.manage("core")
        yield Queue()


def wait_until(found: Callable[[], bool], seconds: float, what: str) -> None:
    """Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not found():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} did not come within {seconds:.0f} s")
        time.sleep(0.05)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, tz=UTC)
