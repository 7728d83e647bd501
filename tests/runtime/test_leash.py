"""The leash with real processes: nothing outlives the supervisor."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from runtime.processes import look_at, session_kill, session_members
from runtime.supervisor import LEASH

pytestmark = [pytest.mark.unit, pytest.mark.once]

FAMILY = (
    "import signal, subprocess, sys, time\n"
    "if {deaf}: signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print('up', flush=True); time.sleep(60)"
)


def held(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*LEASH, sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def family(*, deaf: bool = False) -> subprocess.Popen[str]:
    leash = held(FAMILY.format(deaf=deaf))
    assert leash.stdout is not None
    assert leash.stdout.readline() == "up\n"
    return leash


def close(leash: subprocess.Popen[str]) -> None:
    session_kill(leash.pid)
    for stream in (leash.stdin, leash.stdout):
        assert stream is not None
        stream.close()
    leash.wait()


def wait_for(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


@pytest.mark.parametrize("deaf", [False, True], ids=["polite", "deaf"])
def test_when_the_supervisor_is_gone_everything_goes(deaf: bool) -> None:
    leash = family(deaf=deaf)
    assert leash.stdin is not None
    leash.stdin.close()  # what the kernel does when the supervisor is killed
    leash.wait(5)
    assert session_members(leash.pid) == []
    assert leash.returncode == 128 + (signal.SIGKILL if deaf else signal.SIGTERM)
    close(leash)


def test_stopped_processes_go_too() -> None:
    leash = family()
    for member in session_members(leash.pid):
        if member.pid != leash.pid:
            os.kill(member.pid, signal.SIGSTOP)
    assert leash.stdin is not None
    leash.stdin.close()
    leash.wait(5)
    assert session_members(leash.pid) == []
    close(leash)


def test_the_signal_to_stop_reaches_the_main_process_only() -> None:
    code = FAMILY.format(deaf=False).replace(
        "print('up'",
        "signal.signal(signal.SIGTERM, lambda *_: (print('told', flush=True), time.sleep(0.2), "
        "sys.exit(7)))\nprint('up'",
    )
    leash = held(code)
    assert leash.stdout is not None
    assert leash.stdout.readline() == "up\n"
    grandchild = max(session_members(leash.pid), key=lambda member: member.started)
    leash.terminate()
    assert leash.stdout.readline() == "told\n"
    assert look_at(grandchild.pid) is not None
    assert leash.wait(5) == 7
    assert look_at(grandchild.pid) is None
    close(leash)


def test_the_main_process_gets_an_empty_input_and_default_signals() -> None:
    leash = held(
        "import signal, sys; print(sys.stdin.read() == '', signal.getsignal(signal.SIGTERM).name)"
    )
    assert leash.stdout is not None
    assert leash.stdout.read() == "True SIG_DFL\n"
    assert leash.wait(5) == 0
    close(leash)


def test_a_program_that_cannot_be_started_is_named() -> None:
    done = subprocess.run(
        [*LEASH, "/nowhere/program"], input="", capture_output=True, text=True, check=False
    )
    assert done.returncode == 127
    assert "/nowhere/program: No such file" in done.stderr
