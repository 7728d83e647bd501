"""Processes as the kernel shows them: who belongs to a session, and is a number still the same one?

Reads /proc. On systems without it nothing is found, and the leash alone ends what must end.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
KILL_SECONDS = 5.0


class Seen(NamedTuple):
    """One line of /proc/PID/stat, as far as we care. `started` counts clock ticks since boot."""

    pid: int
    state: str
    parent: int
    session: int
    started: int


def look_at(pid: int) -> Seen | None:
    """None when there is no such process, or only its zombie."""
    try:
        line = (PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = line.rpartition(")")[2].split()
    if fields[0] in "ZX":
        return None
    return Seen(pid, fields[0], int(fields[1]), int(fields[3]), int(fields[19]))


def session_members(session: int) -> list[Seen]:
    """Living processes of the session, its leader included."""
    numbers = [int(entry.name) for entry in PROC.iterdir() if entry.name.isdecimal()]
    found = (look_at(pid) for pid in numbers)
    return [seen for seen in found if seen is not None and seen.session == session]


def session_kill(session: int) -> list[int]:
    """Kills all members, also stopped ones and those that are born meanwhile; returns their pids."""
    killed: list[int] = []
    deadline = time.monotonic() + KILL_SECONDS
    while members := session_members(session):
        for member in members:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(member.pid, signal.SIGKILL)
            if member.pid not in killed:
                killed.append(member.pid)
        if time.monotonic() > deadline:
            break
        time.sleep(0.02)
    return killed


def machine() -> str:
    """Names this boot of this machine (or container): process numbers mean nothing elsewhere."""
    with suppress(OSError):
        boot = (PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {(PROC / 'self/ns/pid').readlink()}"
    return ""
