from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
from django_q.signals import post_execute_in_worker, pre_execute
from pytest_django.fixtures import Settings

from runtime import pulse as module
from runtime.apps import listen_to_tasks
from runtime.pulse import PULSE_VARIABLE, Pulse, WorkerPulse
from runtime.webprobe import WebProbe
from tests.common.raw_server import answer, read_request, serving

pytestmark = [pytest.mark.unit, pytest.mark.once]


@pytest.fixture
def pulse(tmp_path: Path) -> Pulse:
    return Pulse(tmp_path / "a.pulse")


def later(pulse: Pulse, than: float | None) -> float:
    deadline = time.monotonic() + 5
    while (last := pulse.last()) is None or (than is not None and last <= than):
        assert time.monotonic() < deadline, "no beat came"
        time.sleep(0.01)
    return last


def test_a_beat_is_seen_by_every_process_that_opens_the_file(
    pulse: Pulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pulse.last() is None
    before = time.monotonic()
    pulse.beat()
    monkeypatch.setenv(PULSE_VARIABLE, str(pulse.path))
    other = Pulse.of_environment()
    assert other is not None
    assert before <= (other.last() or 0.0) <= time.monotonic()
    pulse.reset()
    assert other.last() is None
    other.remove()
    assert not pulse.path.exists()


def test_without_a_supervisor_nobody_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PULSE_VARIABLE, raising=False)
    assert Pulse.of_environment() is None


def test_a_worker_beats_while_its_task_runs_but_not_beyond_its_time(
    pulse: Pulse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.01)
    clock = [0.0]
    worker = WorkerPulse(pulse, clock=lambda: clock[0])
    worker.task_begins(60)
    second = later(pulse, later(pulse, None))
    later(pulse, second)
    clock[0] = 61.0
    time.sleep(0.05)
    last = pulse.last()
    time.sleep(0.05)
    assert pulse.last() == last
    worker.task_ends()
    later(pulse, last)


def test_an_idle_worker_does_not_beat(pulse: Pulse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.01)
    worker = WorkerPulse(pulse)
    worker.task_begins(60)
    worker.task_ends()
    time.sleep(0.05)
    last = pulse.last()
    time.sleep(0.05)
    assert pulse.last() == last


def test_every_task_of_the_queue_is_a_sign_of_life_for_as_long_as_it_may_take(
    settings: Settings,
) -> None:
    class Recorder:
        def __init__(self) -> None:
            self.calls: list[float | str] = []

        def task_begins(self, timeout_seconds: float) -> None:
            self.calls.append(timeout_seconds)

        def task_ends(self) -> None:
            self.calls.append("end")

    recorder = Recorder()
    listen_to_tasks(recorder)  # type: ignore[arg-type]
    try:
        pre_execute.send(sender="django_q", func=None, task={"id": "1", "func": "x", "timeout": 5})
        pre_execute.send(sender="django_q", func=None, task={"id": "1", "func": "x"})
        post_execute_in_worker.send(sender="django_q", func=None, task={"id": "1", "func": "x"})
    finally:
        pre_execute.disconnect(sender=None, dispatch_uid="pulse_task_begins")
        post_execute_in_worker.disconnect(sender=None, dispatch_uid="pulse_task_ends")
    assert recorder.calls == [5, settings.Q_CLUSTER["timeout"], "end"]


def probe(port: int, pulse: Pulse) -> WebProbe:
    return WebProbe(
        host="0.0.0.0",
        port=port,
        host_name="localhost",
        every_seconds=0.01,
        timeout_seconds=0.2,
        pulse=pulse,
    )


def test_any_answer_of_the_web_server_is_a_sign_of_life(pulse: Pulse) -> None:
    asked: list[bytes] = []

    def refuse(connection: socket.socket) -> None:
        asked.append(read_request(connection))
        connection.sendall(answer(status="503 Service Unavailable"))

    with serving(refuse) as port:
        one = probe(port, pulse)
        one.start()
        later(pulse, None)
        one.close()
    assert asked[0].startswith(b"GET /health HTTP/1.1\r\n")
    assert b"\r\nHost: localhost\r\n" in asked[0]


def test_a_web_server_that_takes_the_connection_and_says_nothing_is_silent(pulse: Pulse) -> None:
    with serving(lambda connection: time.sleep(0.5)) as port:
        assert not probe(port, pulse).is_answered()
    assert not probe(9, pulse).is_answered()
