"""Gives memory that was used and is free again back to the system.

The C library keeps what a burst of answers needed, in holes between what is still in use. A worker
would stay as large as its largest moment; asked for it, the library gives whole free pages back.
"""

from __future__ import annotations

import ctypes
import time
from typing import Any

EVERY_SECONDS = 10.0
"""It takes about two milliseconds."""


def trim() -> bool:
    """True when anything was given back. False also where the C library has no such call."""
    try:
        return bool(ctypes.CDLL(None).malloc_trim(0))
    except (AttributeError, OSError):
        return False


class Trimmer:
    """Trims when it is called and the last time is long enough ago."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, **_: Any) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + EVERY_SECONDS
            trim()
