"""Where the time of a part goes: cProfile of its own process, the dearest functions first."""

from __future__ import annotations

import cProfile
import pstats
import sys
from collections.abc import Callable
from typing import TypeVar

R = TypeVar("R")

LINES = 45


def profiled(work: Callable[[], R]) -> R:
    """Threads of `work` are not seen: they only wait for answers. The profiler itself makes small
    functions look dearer than they are, so figures of a profiled run are not for the table."""
    profile = cProfile.Profile()
    try:
        return profile.runcall(work)
    finally:
        stats = pstats.Stats(profile, stream=sys.stdout)
        stats.strip_dirs().sort_stats("tottime").print_stats(LINES)
        stats.sort_stats("cumulative").print_stats(LINES)
