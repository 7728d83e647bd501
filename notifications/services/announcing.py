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
    """What this thread began since it last waited."""

    def __init__(self) -> None:
        self.begun: list[_Begun] = []


_mine = _UnderWay()


def events_announce(event_ids: list[int]) -> None:
    """Plans the events and begins to send their messages; waits for none of them.

    At most LIMIT messages of a task are under way at once. The queue has the others within
    seconds, as the sweep finds them.
    """
    notification_ids = events_plan(event_ids=event_ids)
    _mine.begun = [one for one in _mine.begun if one.thread.is_alive()]
    room = LIMIT - sum(one.count for one in _mine.begun)
    if not notification_ids or room <= 0:
        return
    thread, count = deliver_begin(notification_ids, limit=room)
    if thread is not None:
        _mine.begun.append(_Begun(thread, count))


def announced_wait(seconds: float = PATIENCE_SECONDS) -> None:
    """Waits so long, in all, for what this thread began: a worker that ends right after its task
    would leave messages unsettled, and those are sent twice. The slow ones go on behind it."""
    deadline = time.monotonic() + seconds
    begun, _mine.begun = _mine.begun, []
    for one in begun:
        one.thread.join(max(deadline - time.monotonic(), 0.0))
