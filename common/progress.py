"""A progress bar for commands that take long; silent where nobody watches."""

from __future__ import annotations

import sys
from typing import TextIO

WIDTH = 30


class ProgressBar:
    """Draws on a terminal, one line that is written over. `total` may be exceeded."""

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stderr
        self._is_shown = total > 0 and self._stream.isatty()
        self._total = total
        self._done = 0

    def step(self, count: int = 1) -> None:
        self._done += count
        if self._is_shown:
            filled = min(WIDTH * self._done // self._total, WIDTH)
            bar = "#" * filled + "." * (WIDTH - filled)
            self._stream.write(f"\r[{bar}] {self._done}/{max(self._total, self._done)}")
            self._stream.flush()

    def close(self) -> None:
        if self._is_shown:
            self._stream.write("\n")
