"""Leftovers of dead supervisors are ended, everything else is left alone."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime import runfile
from runtime.processes import look_at, machine, session_kill
from runtime.runfile import RunFile, leftovers_end

pytestmark = [pytest.mark.unit, pytest.mark.once]


@pytest.fixture
def sleeper() -> Iterator[int]:
    process = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True
    )
    yield process.pid
    session_kill(process.pid)
    process.wait()


def dead(folder: Path, *lines: str, on: str | None = None) -> Path:
    """The file of a supervisor that was killed."""
    path = folder / "dead.run"
    path.write_text("\n".join([machine() if on is None else on, *lines]), encoding="utf-8")
    (folder / "dead-0.pulse").touch()
    return path


def started(pid: int) -> int:
    seen = look_at(pid)
    assert seen is not None
    return seen.started


def test_what_a_dead_supervisor_left_is_ended_and_its_files_go(
    tmp_path: Path, sleeper: int
) -> None:
    dead(tmp_path, f"{sleeper} {started(sleeper)} queue poll", "999")
    assert leftovers_end(tmp_path) == ["queue poll"]
    assert look_at(sleeper) is None
    assert list(tmp_path.iterdir()) == []
    assert leftovers_end(tmp_path) == []


def test_children_of_a_living_supervisor_are_left_alone(tmp_path: Path, sleeper: int) -> None:
    with RunFile(tmp_path, "living") as living:
        living.note("web", sleeper)
        assert leftovers_end(tmp_path) == []
        assert look_at(sleeper) is not None
        assert living.path.exists()
    assert list(tmp_path.iterdir()) == []


def test_a_number_that_was_given_to_another_process_is_left_alone(
    tmp_path: Path, sleeper: int
) -> None:
    dead(tmp_path, f"{sleeper} {started(sleeper) - 1} web")
    assert leftovers_end(tmp_path) == []
    assert look_at(sleeper) is not None


@pytest.mark.parametrize("on", ["another boot", ""], ids=["elsewhere", "torn"])
def test_numbers_of_another_machine_mean_nothing_here(
    tmp_path: Path, sleeper: int, on: str
) -> None:
    dead(tmp_path, f"{sleeper} {started(sleeper)} web", on=on)
    assert leftovers_end(tmp_path) == []
    assert look_at(sleeper) is not None
    assert list(tmp_path.iterdir()) == []


def test_the_group_goes_even_when_its_leader_is_gone(tmp_path: Path) -> None:
    code = (
        "import os, time\nif os.fork(): os._exit(0)\nprint(os.getpid(), flush=True); time.sleep(60)"
    )
    leader = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert leader.stdout is not None
    orphan = int(leader.stdout.readline())
    leader.wait()
    leader.stdout.close()
    dead(tmp_path, f"{leader.pid} 1 queue")
    assert leftovers_end(tmp_path) == ["queue"]
    assert look_at(orphan) is None


def test_a_folder_that_is_not_there_holds_no_leftovers(tmp_path: Path) -> None:
    assert leftovers_end(tmp_path / "run") == []
    assert runfile.SUFFIX == ".run"
