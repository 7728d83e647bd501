"""First attempts, begun in the process that saw the change and while it goes on recording."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from notifications.planning import events_plan
from notifications.services.outbox import LIMIT, PATIENCE_SECONDS, deliver_begin


@dataclass(slots=True)
class _Begun:
    """Messages under way; their outcomes are settled by `thread`."""

    thread: threading.Thread
    count: int


class _UnderWay(threading.local):
    """What this thread owes and began since it last waited."""

    def __init__(self) -> None:
        self.begun: list[_Begun] = []
        self.owed: list[int] = []
        self.since = 0.0

    def owe(self, notification_ids: list[int]) -> None:
        """Whoever never waits leaves what it could not begin to the sweep."""
        now = time.monotonic()
        if now > self.since + PATIENCE_SECONDS:
            self.owed, self.since = [], now
        self.owed += notification_ids


_mine = _UnderWay()


def events_announce(event_ids: list[int]) -> None:
    """Plans the events and begins to send their messages; waits for none of them.

    At most LIMIT messages of a task are under way at once.
    """
    _mine.owe(events_plan(event_ids=event_ids))
    _begin()


def announced_wait(seconds: float = PATIENCE_SECONDS) -> None:
    """Waits so long, in all, for what this thread began: a worker that ends right after its task
    would leave messages unsettled, and those are sent twice. What found no room is begun meanwhile.
    The slow ones go on behind it; what is left then, the sweep finds within seconds."""
    deadline = time.monotonic() + seconds
    while True:
        begun, _mine.begun = _mine.begun, []
        for one in begun:
            one.thread.join(max(deadline - time.monotonic(), 0.0))
        # Nothing of ours ended: there is no more room than before.
        if not begun or time.monotonic() >= deadline or not _begin():
            break
    _mine.owed = []


def _begin() -> bool:
    """Begins what is owed as far as there is room; whether there was something to send."""
    _mine.begun = [one for one in _mine.begun if one.thread.is_alive()]
    room = LIMIT - sum(one.count for one in _mine.begun)
    if not _mine.owed or room <= 0:
        return False
    thread, count, claimed = deliver_begin(_mine.owed, limit=room)
    _mine.owed = [pk for pk in _mine.owed if pk not in claimed]
    if thread is not None:
        _mine.begun.append(_Begun(thread, count))
    return thread is not None
