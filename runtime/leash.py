"""Holds one process of the system on a leash: when the supervisor is gone, everything goes.

    python -I -S runtime/leash.py PROGRAM ARGUMENTS...

Leads a session and starts the program, the main process, in a group of its own. Its standard
input is a pipe from the supervisor. The end of that pipe means that the supervisor is gone,
however it died: the main process is asked to end, and after FAREWELL_SECONDS its group is killed.
When the main process ends, what is left of its group is killed too: a queue without its main
would go on working, guarded by nobody. SIGTERM goes to the main process only.

Only the standard library and no imports of ours: it must be small, and nothing may break it.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import sys
import time
from contextlib import suppress

FAREWELL_SECONDS = 3.0
BURIAL_SECONDS = 2.0
"""How long it waits for killed processes to be gone."""
NOT_STARTED = 127
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of <linux/prctl.h>
_FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


def hold(argv: list[str]) -> int:
    """Runs `argv` to its end; returns its exit code, 128 + n after signal n."""
    _adopt_orphans()
    woken = _wake_by_signals()
    try:
        main = os.posix_spawn(
            argv[0],
            argv,
            os.environ,
            file_actions=[(os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)],
            setpgroup=0,
        )
    except OSError as error:
        sys.stderr.write(f"{argv[0]}: {error.strerror}\n")
        return NOT_STARTED
    supervisor: list[int] = [0]
    deadline: float | None = None
    while not _has_ended(main):
        wait = None if deadline is None else max(0.0, deadline - time.monotonic())
        ready, _, _ = select.select([woken, *supervisor], [], [], wait)
        if woken in ready and _told_to_end(woken):
            _send(main, signal.SIGTERM)
        if 0 in ready and not _is_held():
            supervisor = []
            deadline = time.monotonic() + FAREWELL_SECONDS
            _send(main, signal.SIGTERM)
        if deadline is not None and time.monotonic() >= deadline:
            _send_group(main, signal.SIGKILL)
            deadline += FAREWELL_SECONDS
    return _bury(main)


def _adopt_orphans() -> None:
    """Linux: processes whose parent died become ours, so that none stays behind as a zombie."""
    with suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)


def _wake_by_signals() -> int:
    """A file descriptor on which the numbers of arriving signals can be read."""
    read, write = os.pipe()
    os.set_blocking(read, False)
    os.set_blocking(write, False)
    for number in (*_FORWARDED, signal.SIGCHLD):
        # A handler, not SIG_IGN: the main process would inherit that.
        signal.signal(number, lambda *_: None)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    return read


def _told_to_end(woken: int) -> bool:
    return any(number in _FORWARDED for number in os.read(woken, 1024))


def _is_held() -> bool:
    """False when the supervisor's end of the pipe is closed."""
    try:
        return bool(os.read(0, 1024))
    except OSError:
        return False


def _has_ended(main: int) -> bool:
    """Reaps everything but the main process, whose number must stay taken until its group is dead."""
    while True:
        try:
            found = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return True
        if found is None:
            return False
        if found.si_pid == main:
            return True
        os.waitpid(found.si_pid, 0)


def _bury(main: int) -> int:
    """Kills what is left of the group and waits for it; returns the exit code of the main process."""
    _send_group(main, signal.SIGKILL)
    _, status = os.waitpid(main, 0)
    deadline = time.monotonic() + BURIAL_SECONDS
    with suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.02)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _send(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _send_group(pid: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


if __name__ == "__main__":
    raise SystemExit(hold(sys.argv[1:]))
