"""With real processes, small ones."""

from __future__ import annotations

import os
import re
import signal
import sys
import time
from collections.abc import Callable
from threading import Event, Thread

import pytest

from runtime.choices import What
from runtime.processes import session_members
from runtime.supervisor import (
    MAX_PAUSE_SECONDS,
    Child,
    Silence,
    Supervisor,
    code_words,
)

pytestmark = [pytest.mark.unit, pytest.mark.once]

STAY = "import time; print('up', flush=True); time.sleep(60)"
DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    "print('up', flush=True); time.sleep(60)"
)
POLITE = (
    "import signal, sys, time\n"
    "def leave(*_):\n    print('bye', flush=True); sys.exit(0)\n"
    "signal.signal(signal.SIGTERM, leave); print('up', flush=True); time.sleep(60)"
)
PARENT = (
    "import subprocess, sys, time\n"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
    "print('child', child.pid, flush=True); time.sleep(60)"
)


def child(code: str, name: str = "web") -> Child:
    return Child(name, [sys.executable, "-c", code])


def wait_for(condition: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """A zombie, killed and not yet reaped by anybody, does not count."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:  # noqa: PTH123
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_lines_of_children_carry_their_names_and_a_stop_lets_them_say_goodbye() -> None:
    lines: list[str] = []
    supervisor = Supervisor(
        [child(POLITE), child(POLITE, "core")], grace_seconds=5, write=lines.append
    )
    end = Event()
    thread = Thread(target=supervisor.run, args=(end,))
    thread.start()
    wait_for(lambda: len(lines) == 2)
    end.set()
    thread.join(10)
    assert sorted(lines) == ["core | bye\n", "core | up\n", "web  | bye\n", "web  | up\n"]
    assert all(item.process is None for item in supervisor.children)


def test_a_child_that_ends_is_started_again() -> None:
    lines: list[str] = []
    supervisor = Supervisor([child("print('once')")], grace_seconds=5, write=lines.append)
    supervisor.look()
    wait_for(lambda: len(lines) == 1)
    process = supervisor.children[0].process
    assert process is not None
    process.wait(10)
    supervisor.look()
    wait_for(lambda: len(lines) == 2)
    assert supervisor.children[0].deaths == 1
    supervisor.stop()


def test_a_child_that_dies_again_and_again_waits_longer_and_a_steady_one_does_not() -> None:
    item = child(STAY)
    now = 1000.0
    pauses = []
    for _ in range(8):
        item.started_at = now
        pauses.append(item.note_death(now))
    assert pauses == [0.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0]
    assert max(pauses) == MAX_PAUSE_SECONDS
    item.started_at = now - item.steady_seconds - 1
    assert item.note_death(now) == 0.0


def test_a_child_that_waits_for_its_turn_is_not_started_early() -> None:
    supervisor = Supervisor([child(STAY)], grace_seconds=5)
    supervisor.children[0].start_at = time.monotonic() + 60
    supervisor.look()
    assert supervisor.children[0].process is None
    supervisor.stop()


def test_a_deaf_child_is_killed_after_the_grace_period(caplog: pytest.LogCaptureFixture) -> None:
    lines: list[str] = []
    supervisor = Supervisor([child(DEAF)], grace_seconds=0.1, write=lines.append)
    supervisor.look()
    wait_for(lambda: lines)
    process = supervisor.children[0].process
    assert process is not None
    supervisor.stop()
    assert process.returncode in (-signal.SIGKILL, 128 + signal.SIGKILL)
    assert "did not stop within 0.1 s" in caplog.text


def test_a_stop_leaves_no_orphan_behind() -> None:
    lines: list[str] = []
    supervisor = Supervisor([child(PARENT)], grace_seconds=5, write=lines.append)
    supervisor.look()
    wait_for(lambda: lines)
    match = re.search(r"child (\d+)", lines[0])
    assert match
    grandchild = int(match[1])
    assert is_running(grandchild)
    supervisor.stop()
    wait_for(lambda: not is_running(grandchild))


def test_every_child_leads_a_session_of_its_own() -> None:
    supervisor = Supervisor([child(STAY)], grace_seconds=5, write=lambda _: None)
    supervisor.look()
    process = supervisor.children[0].process
    assert process is not None
    assert os.getsid(process.pid) == process.pid
    supervisor.stop()


class Observer(Silence):
    """Finds one trouble, once, and keeps what it is told."""

    def __init__(self) -> None:
        self.troubles: list[str] = []
        self.told: list[tuple[str, What, str]] = []
        self.sessions: list[int] = []

    def child_started(self, name: str, session: int) -> None:
        self.sessions.append(session)

    def trouble(self, name: str) -> str | None:
        return self.troubles.pop() if self.troubles else None

    def tell(self, name: str, what: What, reason: str) -> None:
        self.told.append((name, what, reason))


def test_a_child_in_trouble_is_killed_whole_and_started_again_and_it_is_told_why() -> None:
    observer, lines = Observer(), list[str]()
    supervisor = Supervisor([child(PARENT)], grace_seconds=5, witness=observer, write=lines.append)
    supervisor.look()
    wait_for(lambda: lines)
    (before,) = observer.sessions
    members = session_members(before)
    assert len(members) == 3  # leash, main, grandchild
    for member in members[1:]:
        os.kill(member.pid, signal.SIGSTOP)
    observer.troubles.append("answered no canary for 31 s")
    supervisor.look()
    assert session_members(before) == []
    assert observer.sessions[1] != before
    supervisor.stop()
    reason = "answered no canary for 31 s; started again at once"
    assert observer.told == [("web", What.SILENT, reason)]


def test_the_end_of_a_main_process_takes_its_children_along_and_is_told_with_the_signal() -> None:
    observer, lines = Observer(), list[str]()
    supervisor = Supervisor([child(PARENT)], grace_seconds=5, witness=observer, write=lines.append)
    supervisor.look()
    wait_for(lambda: lines)
    process = supervisor.children[0].process
    assert process is not None
    members = session_members(process.pid)
    main = next(member for member in members if member.parent == process.pid)
    os.kill(main.pid, signal.SIGKILL)
    process.wait(10)
    assert session_members(process.pid) == []
    supervisor.look()
    supervisor.stop()
    assert observer.told == [("web", What.DIED, "ended by signal SIGKILL; started again at once")]


def test_a_killed_leash_leaves_nothing_behind() -> None:
    lines: list[str] = []
    supervisor = Supervisor([child(PARENT)], grace_seconds=5, write=lines.append)
    supervisor.look()
    wait_for(lambda: lines)
    process = supervisor.children[0].process
    assert process is not None
    process.kill()
    process.wait(10)
    assert len(session_members(process.pid)) == 2
    supervisor.look()
    assert session_members(process.pid) == []
    supervisor.stop()


def test_codes_are_told_in_words() -> None:
    assert code_words(-9) == code_words(137) == "by signal SIGKILL"
    assert code_words(0) == "with code 0"
    assert code_words(1) == "with code 1"
    assert code_words(255) == "with code 255"


def test_a_child_that_cannot_be_started_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    observer = Observer()
    supervisor = Supervisor([child(STAY)], grace_seconds=5, witness=observer)
    with monkeypatch.context() as patched:
        patched.setattr("runtime.supervisor.LEASH", ("/nowhere/leash",))
        supervisor.look()
    assert supervisor.children[0].process is None
    ((_, what, reason),) = observer.told
    assert what is What.DIED
    assert "could not be started (No such file or directory)" in reason
    supervisor.children[0].start_at = 0.0
    supervisor.look()
    assert len(observer.sessions) == 1
    supervisor.stop()
