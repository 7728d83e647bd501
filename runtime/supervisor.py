"""Starts the processes of the system, restarts the dead ones, stops all of them gracefully.

Every child leads a session of its own. A stop signals the children's main processes only: the
queue's workers then finish their tasks, which a signal to the whole group would cut off. What is
left of a group after the grace period is killed.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import IO

logger = logging.getLogger(__name__)

GRACE_SECONDS = 20.0
STEADY_SECONDS = 60.0
"""A child that lived this long starts again without a pause."""
MAX_PAUSE_SECONDS = 30.0
LOOK_SECONDS = 0.2


@dataclass(slots=True)
class Child:
    """One process of the system: `argv` is started again whenever it ends by itself."""

    name: str
    argv: Sequence[str]
    process: subprocess.Popen[str] | None = None
    reader: Thread | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    deaths: int = field(default=0)

    def start(self, write: Callable[[str], None]) -> None:
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        self.reader = Thread(
            target=_copy, args=(self.name, self.process.stdout, write), daemon=True
        )
        self.reader.start()

    def signal_main(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def kill_group(self) -> None:
        """Ends what is left of the child's session, its orphans included."""
        if self.process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.reader is not None:
            self.reader.join(2)
        self.process = None

    def note_death(self, now: float) -> float:
        """Plans the next start; returns the pause in seconds."""
        self.deaths = 1 if now - self.started_at > STEADY_SECONDS else self.deaths + 1
        pause = min(MAX_PAUSE_SECONDS, 2.0 ** (self.deaths - 1)) if self.deaths > 1 else 0.0
        self.start_at = now + pause
        return pause


def _copy(name: str, stream: IO[str], write: Callable[[str], None]) -> None:
    with stream:
        for line in stream:
            write(f"{name:<5}| {line.rstrip()}\n")


def _write(line: str) -> None:
    sys.stdout.write(line)
    sys.stdout.flush()


class Supervisor:
    def __init__(
        self,
        children: Sequence[Child],
        *,
        grace_seconds: float = GRACE_SECONDS,
        write: Callable[[str], None] = _write,
    ) -> None:
        self.children = list(children)
        self.grace_seconds = grace_seconds
        self.write = write

    def run(self, end: Event) -> None:
        """Runs the children until `end` is set, then stops them."""
        try:
            while not end.is_set():
                self.look()
                end.wait(LOOK_SECONDS)
        finally:
            self.stop()

    def look(self) -> None:
        """Starts what should run and does not."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                code = child.process.returncode
                child.kill_group()
                pause = child.note_death(now)
                logger.warning(
                    "%s ended with code %s; next start in %.0f s", child.name, code, pause
                )
            if child.process is None and now >= child.start_at:
                child.start(self.write)

    def stop(self) -> None:
        """Asks all mains to end, waits for them, kills what is left."""
        for child in self.children:
            child.signal_main()
        deadline = time.monotonic() + self.grace_seconds
        for child in self.children:
            if child.process is None:
                continue
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                logger.warning("%s did not stop in time and is killed", child.name)
            child.kill_group()
