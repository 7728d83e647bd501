"""Who asked which shop for what, when, and how many at once: what tests and benchmarks count."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT_CALLS = 50_000


@dataclass(slots=True)
class Call:
    """One request to one shop. Times are seconds since the epoch; `version` is the shop's stock
    version the answer was made from, so that a benchmark knows when a change was first seen."""

    shop: str
    action: str
    at: float
    in_flight: int
    """Requests of this shop that were open when this one came, itself included."""
    answered_at: float = 0.0
    status: int = 0
    outcome: str = ""
    """"ok", "error", or "fault:<name>"."""
    version: int = 0
    size: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class Journal:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: deque[Call] = deque(maxlen=KEPT_CALLS)
        self._counts: Counter[str] = Counter()
        self._open: Counter[str] = Counter()
        self._peaks: Counter[str] = Counter()

    def begin(self, shop: str, action: str) -> Call:
        with self._lock:
            self._counts[shop] += 1
            self._open[shop] += 1
            self._peaks[shop] = max(self._peaks[shop], self._open[shop])
            call = Call(shop, action, time.time(), self._open[shop])
            self._calls.append(call)
        return call

    def end(self, call: Call) -> None:
        """Closes a call; harmless when repeated."""
        with self._lock:
            if not call.answered_at:
                call.answered_at = time.time()
                self._open[call.shop] -= 1

    def calls(self, shop: str = "", action: str = "") -> list[Call]:
        """Oldest first. `action` is compared in lower case."""
        with self._lock:
            return [
                call
                for call in self._calls
                if (not shop or call.shop == shop) and (not action or call.action == action.lower())
            ]

    def count(self, shop: str) -> int:
        return self._counts[shop]

    def peak(self, shop: str) -> int:
        """The most requests that were ever open at once."""
        return self._peaks[shop]

    def clear(self) -> None:
        """Forgets what is over; open requests stay counted as open."""
        with self._lock:
            self._calls.clear()
            self._counts.clear()
            self._peaks.clear()
            self._peaks.update(+self._open)
