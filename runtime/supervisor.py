"""Starts the processes of the system, restarts the dead and the silent, stops all of them gracefully.

Every child is held on a leash (runtime/leash.py) that leads a session of its own. A stop signals
the children's main processes only: the queue's workers then finish their tasks, which a signal to
the whole group would cut off. What is left of a session after the grace period is killed.

Nothing here touches the database: a database that hangs must not stop the supervisor.
"""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import IO, Protocol

from runtime.choices import What
from runtime.loglines import text_line
from runtime.processes import session_kill

logger = logging.getLogger(__name__)

LEASH = (sys.executable, "-I", "-S", str(Path(__file__).with_name("leash.py")))
Frame = Callable[[str, str], str]
"""Name of a child and a line of it -> what is printed."""

MAX_PAUSE_SECONDS = 30.0
LOOK_SECONDS = 0.2
LEASH_SECONDS = 6.0
"""A leash that was let go has ended everything by then."""


class Witness(Protocol):
    """Whoever wants to know what happens, and knows which child has fallen silent."""

    def child_started(self, name: str, session: int) -> None: ...

    def child_stopped(self, name: str) -> None: ...

    def trouble(self, name: str) -> str | None:
        """Why the child must be killed and started again; None while it is well."""

    def tell(self, name: str, what: What, reason: str) -> None: ...


class Silence:
    """A witness that sees nothing."""

    def child_started(self, name: str, session: int) -> None:
        pass

    def child_stopped(self, name: str) -> None:
        pass

    def trouble(self, name: str) -> str | None:
        return None

    def tell(self, name: str, what: What, reason: str) -> None:
        pass


@dataclass(slots=True)
class Child:
    """One process of the system: `argv` is started again whenever it ends by itself."""

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str | None] = field(default_factory=dict)
    """Added to ours; None takes a variable away."""
    process: subprocess.Popen[str] | None = None
    reader: Thread | None = None
    steady_seconds: float = 60.0
    """Having lived so long, it starts again without a pause."""
    started_at: float = 0.0
    start_at: float = 0.0
    deaths: int = field(default=0)

    def start(self, write: Callable[[str], None], frame: Frame = text_line) -> int:
        """Returns the number of its session."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            [*LEASH, *self.argv],
            stdin=subprocess.PIPE,  # its end tells the leash that we are gone
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            env=self._whole_environment(),
        )
        assert self.process.stdout is not None
        self.reader = Thread(
            target=_copy, args=(self.name, self.process.stdout, write, frame), daemon=True
        )
        self.reader.start()
        return self.process.pid

    def _whole_environment(self) -> dict[str, str]:
        mixed = {**os.environ, "PYTHONUNBUFFERED": "1", **self.environment}
        return {name: value for name, value in mixed.items() if value is not None}

    def signal_main(self) -> None:
        """The leash hands it on to the main process."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Ends whatever there is of the child, the leash and orphans included."""
        if self.process is None:
            return
        session_kill(self.process.pid)
        assert self.process.stdin is not None
        self.process.stdin.close()  # without /proc the leash has to do it
        try:
            self.process.wait(LEASH_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.reader is not None:
            self.reader.join(2)
        self.process = None

    def note_death(self, now: float) -> float:
        """Plans the next start; returns the pause in seconds."""
        self.deaths = 1 if now - self.started_at > self.steady_seconds else self.deaths + 1
        pause = min(MAX_PAUSE_SECONDS, 2.0 ** (self.deaths - 1)) if self.deaths > 1 else 0.0
        self.start_at = now + pause
        return pause


def _copy(name: str, stream: IO[str], write: Callable[[str], None], frame: Frame) -> None:
    with stream:
        for line in stream:
            write(f"{frame(name, line.rstrip())}\n")


def _write(line: str) -> None:
    # A terminal that is gone must not stop the reader: the child would block on a full pipe.
    with suppress(OSError, ValueError):
        sys.stdout.write(line)
        sys.stdout.flush()


class Supervisor:
    def __init__(
        self,
        children: Sequence[Child],
        *,
        grace_seconds: float,
        witness: Witness | None = None,
        write: Callable[[str], None] = _write,
        frame: Frame = text_line,
    ) -> None:
        self.children = list(children)
        self.grace_seconds = grace_seconds
        self.witness = witness or Silence()
        self.write = write
        self.frame = frame

    def run(self, end: Event) -> None:
        """Runs the children until `end` is set, then stops them."""
        try:
            while not end.is_set():
                self.look()
                end.wait(LOOK_SECONDS)
        finally:
            self.stop()

    def look(self) -> None:
        """Starts what should run and does not; ends what runs and does not work."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None:
                self._look_at(child, child.process, now)
            if child.process is None and now >= child.start_at:
                self._start(child, now)

    def _start(self, child: Child, now: float) -> None:
        try:
            session = child.start(self.write, self.frame)
        except OSError as error:  # no memory, no process number left: later there may be
            pause = child.note_death(now)
            reason = f"could not be started ({error.strerror}); tried again in {pause:.0f} s"
            logger.warning("%s %s", child.name, reason)
            self.witness.tell(child.name, What.DIED, reason)
        else:
            self.witness.child_started(child.name, session)

    def _look_at(self, child: Child, process: subprocess.Popen[str], now: float) -> None:
        code = process.poll()
        if code is not None:
            what, reason = What.DIED, f"ended {code_words(code)}"
        else:
            trouble = self.witness.trouble(child.name)
            if trouble is None:
                return
            what, reason = What.SILENT, trouble
        child.kill()
        self.witness.child_stopped(child.name)
        pause = child.note_death(now)
        when = f"in {pause:.0f} s" if pause else "at once"
        logger.warning("%s %s and is started again %s", child.name, reason, when)
        self.witness.tell(child.name, what, f"{reason}; started again {when}")

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
                reason = f"did not stop within {self.grace_seconds:g} s and was killed"
                logger.warning("%s %s", child.name, reason)
                self.witness.tell(child.name, What.KILLED, reason)
            child.kill()
            self.witness.child_stopped(child.name)


def code_words(code: int) -> str:
    """ "by signal SIGKILL" or "with code 1"; the leash reports signal n as 128 + n."""
    number = -code if code < 0 else code - 128
    with suppress(ValueError):
        if number > 0:
            return f"by signal {signal.Signals(number).name}"
    return f"with code {code}"
