from __future__ import annotations

import gc

from django.apps import AppConfig

COLLECT_AFTER = (100_000, 20, 20)
"""Objects between two runs of the garbage collector. A poll makes tens of thousands of values at
once, none of them in cycles: with Python's default of 700 a third of its time went into looking
for garbage that was not there (`make bench`)."""


class RuntimeConfig(AppConfig):
    name = "runtime"
    verbose_name = "System"

    def ready(self) -> None:
        gc.set_threshold(*COLLECT_AFTER)
