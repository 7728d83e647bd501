"""Runs slow jobs (network calls) in threads and handles their results in the caller's thread.

The caller waits a bounded time. What is not finished by then is finished and handled by a
background thread of this process, so that one slow answer delays nobody. Jobs must not touch the
ORM; `handle` may, and runs in one thread at a time.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from multiprocessing.util import Finalize
from queue import Empty, SimpleQueue
from typing import Generic, TypeVar

from django.db import close_old_connections, connections

from common.logcontext import carrying_context, log_context

logger = logging.getLogger(__name__)

K = TypeVar("K")
R = TypeVar("R")
Work = Callable[[], None]

EXIT_SECONDS = 10.0
"""What an ending process gives the jobs in its background; well below the supervisor's grace."""

IDLE_SECONDS = 30.0
"""How long a thread without work is kept for the next call."""


class _Pool:
    """Daemon threads that are reused; a new one starts whenever none is idle.

    A hung job keeps its own thread and nothing else. Daemons, because a process that is told to
    stop must not wait for a hung peer: rows under way are protected by their lease.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._idle: list[SimpleQueue[Work]] = []

    def submit(self, work: Work) -> None:
        with self._lock:
            inbox = self._idle.pop() if self._idle else None
        if inbox is None:
            inbox = SimpleQueue()
            threading.Thread(
                target=self._serve, args=(inbox,), name=f"{self._name}-job", daemon=True
            ).start()
        inbox.put(work)

    def _serve(self, inbox: SimpleQueue[Work]) -> None:
        while True:
            try:
                work = inbox.get(timeout=IDLE_SECONDS)
            except Empty:
                with self._lock:
                    if inbox in self._idle:
                        self._idle.remove(inbox)
                        return
                continue  # picked by submit() at this very moment: its work is about to come
            work()
            del work  # an idle thread keeps no job alive
            with self._lock:
                self._idle.append(inbox)


class _Run(Generic[K, R]):
    """The jobs of one call: at most `max_workers` of them are under way at once."""

    def __init__(
        self,
        jobs: Mapping[K, Callable[[], R]],
        handle: Callable[[K, R | Exception], None],
        max_workers: int,
        pool: _Pool,
        name: str,
    ) -> None:
        self._name = name
        self.left = set(jobs)
        self._waiting = deque(jobs.items())
        self._handle = handle
        self._pool = pool
        self._results: SimpleQueue[tuple[K, R | Exception]] = SimpleQueue()
        for _ in range(max(max_workers, 1)):
            self._start_next()

    def _start_next(self) -> None:
        if not self._waiting:
            return
        key, job = self._waiting.popleft()
        with log_context(job=f"{self._name}:{key}"):
            work = carrying_context(lambda: self._results.put((key, _outcome(job))))
        self._pool.submit(work)

    def handle_until(self, deadline: float | None) -> Exception | None:
        """Handles results as they arrive, to the last one or the deadline (monotonic seconds).

        A result that cannot be handled does not lose the others: the first such error is returned.
        """
        failure: Exception | None = None
        while self.left:
            wait = None if deadline is None else max(deadline - time.monotonic(), 0.0)
            try:
                key, outcome = self._results.get(timeout=wait)
            except Empty:
                break
            self._start_next()
            try:
                self._handle(key, outcome)
            except Exception as error:
                logger.exception("result_not_handled")
                failure = failure or error
            self.left.discard(key)
        return failure

    def finish(self) -> None:
        """The background thread: the rest without a deadline, on a database connection of its own."""
        close_old_connections()
        try:
            self.handle_until(None)
        finally:
            connections.close_all()


def _outcome(job: Callable[[], R]) -> R | Exception:
    try:
        return job()
    except Exception as error:
        return error
    except BaseException as error:  # a result must come in any case: somebody waits for it
        return RuntimeError(f"job ended by {type(error).__name__}")


_pools: dict[str, _Pool] = {}
_background: set[threading.Thread] = set()
_lock = threading.Lock()
_waits_at_exit = False


def _forget_threads() -> None:
    """Threads do not survive a fork; the child starts with none."""
    global _lock, _waits_at_exit
    _lock = threading.Lock()
    _waits_at_exit = False  # multiprocessing forgets it in a new process, too
    _pools.clear()
    _background.clear()


os.register_at_fork(after_in_child=_forget_threads)


def run_patiently(
    jobs: Mapping[K, Callable[[], R]],
    *,
    handle: Callable[[K, R | Exception], None],
    patience_seconds: float | None,
    max_workers: int,
    name: str,
) -> set[K]:
    """Runs `jobs` in threads and calls `handle(key, result or exception)` as results arrive.

    Waits `patience_seconds` (None: for all). Returns the keys that were not finished by then; they
    are finished and handled later in one background thread. `name` picks the kept threads; those
    of jobs that still hang from earlier calls do not count against `max_workers`. An exception of
    `handle` is raised when the waiting is over, after the other results were handled.
    """
    if not jobs:
        return set()
    with _lock:
        pool = _pools.setdefault(name, _Pool(name))
    run = _Run(jobs, handle, max_workers, pool, name)
    deadline = None if patience_seconds is None else time.monotonic() + patience_seconds
    failure = run.handle_until(deadline)
    left = set(run.left)
    if left:
        _continue_in_background(run, name)
    if failure is not None:
        raise failure
    return left


def run_in_background(
    jobs: Mapping[K, Callable[[], R]],
    *,
    handle: Callable[[K, R | Exception], None],
    max_workers: int,
    name: str,
) -> threading.Thread:
    """The same without any waiting: for a caller with other work at hand. `handle` is called in
    the returned thread, on a database connection of its own; join it to wait for all results."""
    with _lock:
        pool = _pools.setdefault(name, _Pool(name))
    return _continue_in_background(_Run(jobs, handle, max_workers, pool, name), name)


def _continue_in_background(run: _Run[K, R], name: str) -> threading.Thread:
    def finish() -> None:
        try:
            run.finish()
        finally:
            with _lock:
                _background.discard(threading.current_thread())

    thread = threading.Thread(
        target=carrying_context(finish), name=f"{name}-background", daemon=True
    )
    with _lock:
        _background.add(thread)
    _wait_at_exit()
    thread.start()
    return thread


def _wait_at_exit() -> None:
    """A worker that ends, because it is told to or has done its share of tasks, finishes what it
    left to the background. Run by multiprocessing at the end of its processes and by atexit."""
    global _waits_at_exit
    with _lock:
        if not _waits_at_exit:
            Finalize(None, wait_for_background, args=(EXIT_SECONDS,), exitpriority=10)
            _waits_at_exit = True


def wait_for_background(timeout_seconds: float) -> bool:
    """Waits until nothing is left in the background (a graceful stop, tests); False on time-out."""
    deadline = time.monotonic() + timeout_seconds
    while True:
        with _lock:
            threads = list(_background)
        if not threads:
            return True
        threads[0].join(max(deadline - time.monotonic(), 0.0))
        if threads[0].is_alive():
            return False
