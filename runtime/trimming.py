"""Gives memory that was used and is free again back to the system.

The C library keeps what a burst of answers needed, in holes between what is still in use. A worker
would stay as large as its largest moment; asked for it, the library gives whole free pages back.
"""

from __future__ import annotations

import ctypes
import gc
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


def settle() -> None:
    """To be called when everything is loaded: what exists now stays, so the garbage collector never
    looks at it again. Processes that are forked after it go on sharing it: the collector's marks on
    every object would give each of them a copy of its own."""
    gc.collect()
    gc.freeze()
    trim()


class Trimmer:
    """Trims when it is called and the last time is long enough ago."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, **_: Any) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + EVERY_SECONDS
            trim()
