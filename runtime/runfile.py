"""What a supervisor started, on disk: the next one ends what an earlier one left behind.

    var/run/<instance>.run      first line: the machine; then one line per child started:
                                session, start of its leader in clock ticks since boot, name

The supervisor holds a lock on its file for as long as it lives; the kernel gives the lock back
however it dies. So a file that can be locked belongs to a dead supervisor, whatever processes have
its number by now. A session's number is not given to anybody else while one of its members lives,
and a leader that started at another moment is somebody else.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from runtime.processes import look_at, machine, session_kill

SUFFIX = ".run"


class RunFile:
    """The file of a living supervisor."""

    def __init__(self, folder: Path, instance: str) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path = folder / f"{instance}{SUFFIX}"
        unseen = self.path.with_suffix(".new")
        self._file = unseen.open("w", encoding="utf-8")
        # Locked before others can see it.
        fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._write(machine())
        unseen.rename(self.path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.path.unlink(missing_ok=True)
        self._file.close()

    def note(self, name: str, session: int) -> None:
        """A child was started; a line once written stays. A full disk costs the line only."""
        leader = look_at(session)
        if leader is not None:
            with suppress(OSError):
                self._write(f"{session} {leader.started} {name}")

    def _write(self, line: str) -> None:
        self._file.write(f"{line}\n")
        self._file.flush()


def leftovers_end(folder: Path) -> list[str]:
    """Ends what dead supervisors left running; returns the names of these children.

    Children of living supervisors, and numbers of another boot or container, are left alone.
    """
    ended: list[str] = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        with suppress(OSError), path.open("r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            lines = file.read().splitlines()
            if lines and lines[0] and lines[0] == machine():
                ended += [name for name, session in _left(lines[1:]) if session_kill(session)]
            for trace in folder.glob(f"{path.stem}*"):
                trace.unlink(missing_ok=True)
    return ended


def _left(lines: list[str]) -> Iterator[tuple[str, int]]:
    for line in lines:
        session, _, rest = line.partition(" ")
        started, _, name = rest.partition(" ")
        if not (session.isdecimal() and started.isdecimal() and name):
            continue  # the line under way when its writer was killed
        leader = look_at(int(session))
        is_ours = leader is None or leader.started == int(started)
        if is_ours and int(session) != os.getsid(0):
            yield name, int(session)
