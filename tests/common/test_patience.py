from __future__ import annotations

import multiprocessing
import threading
import time

import pytest

from common import patience
from common.logcontext import log_context, log_facts
from common.patience import run_patiently, wait_for_background

WAIT = 5.0


@pytest.fixture
def gate():
    """An event that hung jobs wait for; opened at the end so that no thread outlives its test."""
    event = threading.Event()
    yield event
    event.set()
    assert wait_for_background(WAIT)


def run(jobs, handle, *, seconds=None, workers=8, pool="test"):
    return run_patiently(
        jobs, handle=handle, patience_seconds=seconds, max_workers=workers, name=pool
    )


def test_every_result_is_handled_in_the_callers_thread():
    seen = {}
    threads = set()

    def handle(key, outcome):
        seen[key] = outcome
        threads.add(threading.get_ident())

    assert run({n: lambda n=n: n * n for n in range(20)}, handle, workers=3) == set()
    assert seen == {n: n * n for n in range(20)}
    assert threads == {threading.get_ident()}


def test_no_jobs_are_no_work():
    assert run({}, lambda key, outcome: None) == set()


def test_an_exception_of_a_job_is_its_result():
    seen = []

    def fail():
        raise ValueError("no")

    run({"a": fail}, lambda key, outcome: seen.append(outcome))
    assert [type(outcome) for outcome in seen] == [ValueError]


def test_a_job_that_ends_its_thread_is_an_error_not_a_hang():
    seen = []

    def leave():
        raise SystemExit(1)

    run({"a": leave}, lambda key, outcome: seen.append(outcome))
    assert isinstance(seen[0], RuntimeError)


def test_a_hung_job_delays_no_other_and_is_handled_later(gate):
    handled = []
    left = run(
        {"slow": gate.wait, **{n: lambda n=n: n for n in range(5)}},
        lambda key, outcome: handled.append(key),
        seconds=0.15,
    )
    assert left == {"slow"}
    assert sorted(handled) == [0, 1, 2, 3, 4]
    gate.set()
    assert wait_for_background(WAIT)
    assert handled[-1] == "slow"


def test_jobs_that_had_not_started_are_started_in_the_background(gate):
    handled = []
    left = run(
        {"slow": gate.wait, "next": lambda: None},
        lambda key, outcome: handled.append(key),
        seconds=0.05,
        workers=1,
    )
    assert left == {"slow", "next"}
    gate.set()
    assert wait_for_background(WAIT)
    assert handled == ["slow", "next"]


def test_hung_jobs_of_one_call_do_not_starve_the_next_call(gate):
    run(dict.fromkeys(range(4), gate.wait), lambda key, outcome: None, seconds=0.01, workers=4)
    handled = []
    run({"a": lambda: 1}, lambda key, outcome: handled.append(outcome), workers=4)
    assert handled == [1]


def test_at_most_max_workers_jobs_are_under_way():
    lock = threading.Lock()
    running = peak = 0

    def job():
        nonlocal running, peak
        with lock:
            running += 1
            peak = max(peak, running)
        threading.Event().wait(0.01)
        with lock:
            running -= 1

    run(dict.fromkeys(range(10), job), lambda key, outcome: None, workers=3)
    assert peak <= 3


def test_threads_are_used_again():
    idents = set()
    for _ in range(10):
        run({"a": threading.get_ident}, lambda key, outcome: idents.add(outcome), workers=1)
    assert len(idents) < 10


def test_a_result_that_cannot_be_handled_loses_no_other_and_is_raised():
    handled = []

    def handle(key, outcome):
        if key == 0:
            raise KeyError("cannot")
        handled.append(key)

    with pytest.raises(KeyError):
        run({n: lambda: None for n in range(5)}, handle)
    assert sorted(handled) == [1, 2, 3, 4]


def test_waiting_for_the_background_gives_up_in_time(gate):
    run({"slow": gate.wait}, lambda key, outcome: None, seconds=0.01)
    assert not wait_for_background(0.01)


def test_idle_threads_end(monkeypatch):
    monkeypatch.setattr(patience, "IDLE_SECONDS", 0.01)
    run({"a": lambda: 1}, lambda key, outcome: None, pool="short")
    for thread in threading.enumerate():
        if thread.name == "short-job":
            thread.join(WAIT)
            assert not thread.is_alive()


def test_a_forked_process_starts_without_threads():
    run({"a": lambda: 1}, lambda key, outcome: None, pool="forked")
    patience._forget_threads()
    handled = []
    run({"a": lambda: 1}, lambda key, outcome: handled.append(outcome), pool="forked")
    assert handled == [1]


def test_a_process_that_ends_finishes_what_it_left_to_the_background(tmp_path):
    """As a worker of the queue ends: by multiprocessing, not by the interpreter."""
    done = tmp_path / "done"

    def work() -> None:
        time.sleep(0.2)

    def main() -> None:
        run_patiently(
            {"slow": work},
            handle=lambda key, result: done.write_text(key),
            patience_seconds=0.01,
            max_workers=1,
            name="ending",
        )

    process = multiprocessing.get_context("fork").Process(target=main)
    process.start()
    process.join(10)
    assert process.exitcode == 0
    assert done.read_text() == "slow"


def test_a_thread_knows_what_its_caller_is_at_and_which_job_it_does() -> None:
    with log_context(task="t1"):
        seen: dict[str, dict[str, object]] = {}
        run_patiently(
            {"a": log_facts, "b": log_facts},
            handle=lambda key, facts: seen.update({key: dict(facts)}),  # type: ignore[arg-type]
            patience_seconds=None,
            max_workers=2,
            name="test",
        )
    assert seen == {"a": {"task": "t1", "job": "test:a"}, "b": {"task": "t1", "job": "test:b"}}
    assert log_facts() == {}
