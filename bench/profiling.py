"""Where the time of a part goes: cProfile of its own process, the dearest functions first."""

from __future__ import annotations

import cProfile
import pstats
import sys
from collections.abc import Callable
from typing import TypeVar
from unittest.mock import patch

R = TypeVar("R")

LINES = 45


def profiled(work: Callable[[], R]) -> R:
    """A profiler sees one thread, so requests are made in it, one after another. It makes small
    functions look dearer than they are: figures of a profiled run are not for the table."""
    from common import patience

    profile = cProfile.Profile()
    try:
        with patch.object(patience._Pool, "submit", lambda _pool, job: job()):
            return profile.runcall(work)
    finally:
        stats = pstats.Stats(profile, stream=sys.stdout)
        stats.strip_dirs().sort_stats("tottime").print_stats(LINES)
        stats.sort_stats("cumulative").print_stats(LINES)
