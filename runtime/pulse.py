"""The last sign of life of a child, in a small file: the time of a clock that is never set.

A file, because it works while the database does not, and costs nothing. CLOCK_MONOTONIC is the
same for all processes of a machine.
"""

from __future__ import annotations

import os
import struct
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, Thread

PULSE_VARIABLE = "SUPERVISOR_PULSE"
_TIME = struct.Struct("d")
BEAT_SECONDS = 0.5


class Pulse:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not os.fstat(self._file).st_size:
            self.reset()

    @classmethod
    def of_environment(cls) -> Pulse | None:
        """The pulse our supervisor listens to; None when nobody does."""
        path = os.environ.get(PULSE_VARIABLE)
        return cls(Path(path)) if path else None

    def beat(self) -> None:
        """Never fails: a task must not, only because its sign of life cannot be written."""
        with suppress(OSError):
            os.pwrite(self._file, _TIME.pack(time.monotonic()), 0)

    def last(self) -> float | None:
        """Monotonic seconds of the last beat; None before the first."""
        data = os.pread(self._file, _TIME.size, 0)
        at = float(_TIME.unpack(data)[0]) if len(data) == _TIME.size else 0.0
        return at or None

    def reset(self) -> None:
        """Overwrites and never shortens: on a full disk there would be no way back."""
        with suppress(OSError):
            os.pwrite(self._file, _TIME.pack(0.0), 0)

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)
        os.close(self._file)


class WorkerPulse:
    """Beats when a task begins, while it runs and when it ends.

    While it runs, because a task may take longer than the supervisor waits for a sign of life; it
    is bounded by the queue's own timeout. An idle worker does not beat: only the next task proves
    that it still gets tasks.
    """

    def __init__(self, pulse: Pulse, clock: Callable[[], float] = time.monotonic) -> None:
        self._pulse = pulse
        self._clock = clock
        self._busy = Event()
        self._until = 0.0
        self._pid = 0

    def task_begins(self, timeout_seconds: float) -> None:
        self._pulse.beat()
        self._until = self._clock() + timeout_seconds
        self._busy.set()
        if self._pid != os.getpid():  # threads do not survive the fork that makes a worker
            self._pid = os.getpid()
            Thread(target=self._run, name="pulse", daemon=True).start()

    def task_ends(self) -> None:
        self._busy.clear()
        self._pulse.beat()

    def _run(self) -> None:
        while self._busy.wait():
            time.sleep(BEAT_SECONDS)
            if self._busy.is_set() and self._clock() < self._until:
                self._pulse.beat()
