"""What shall go wrong next: one-shot steps in their order, then the sticky ones."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Step:
    """`times` = how often it is still played; None = until cleared. `when` narrows by subject."""

    name: str
    times: int | None = 1
    options: dict[str, Any] = field(default_factory=dict)
    when: str = ""
    """Only for this action, chat or name; "" = any."""


class Script:
    """A thread-safe list of steps. One-shot steps go first; of sticky ones the last wins."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._lock = threading.Lock()

    def add(
        self, name: str, *, times: int | None = 1, when: str = "", **options: Any
    ) -> Callable[[], None]:
        """Returns a function that takes the step back."""
        step = Step(name, times, options, when)
        with self._lock:
            self._steps.append(step)
        return lambda: self._drop(step)

    def take(self, subject: str = "") -> Step | None:
        if not self._steps:
            return None
        with self._lock:
            fitting = [step for step in self._steps if step.when in ("", subject)]
            counted = [step for step in fitting if step.times is not None]
            if counted:
                return self._play(counted[0])
            return fitting[-1] if fitting else None

    def clear(self) -> None:
        with self._lock:
            self._steps.clear()

    def pending(self) -> list[Step]:
        with self._lock:
            return list(self._steps)

    def _play(self, step: Step) -> Step:
        assert step.times is not None
        step.times -= 1
        if step.times <= 0:
            self._steps.remove(step)
        return step

    def _drop(self, step: Step) -> None:
        with self._lock:
            if step in self._steps:
                self._steps.remove(step)
