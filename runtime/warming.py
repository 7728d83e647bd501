"""What every worker of a queue needs is loaded before the workers are forked, once for all of them.

A process that is forked shares the memory of its parent until one of them writes to it. Whatever a
worker loads by itself it has alone; what the first worker loads late makes its first message slow.
"""

from __future__ import annotations

import logging
from importlib import import_module

from django.db import DatabaseError, connections

from notifications.channels.base import LoadsLate
from notifications.channels.registry import CHANNELS
from notifications.models import Channel
from websites.sources.registry import SOURCES

logger = logging.getLogger(__name__)

TASKS = ("monitoring.tasks", "notifications.tasks", "runtime.tasks")
"""Those of every minute. What is done once a day is loaded by the worker that does it."""


def warm() -> None:
    """Loads tasks, sources and the kinds of channels that somebody has: an unused library of a
    receiver is no worker's burden. Leaves no connection open, for a fork must not share one."""
    for name in TASKS:
        import_module(name)
    for kind in SOURCES.kinds():
        SOURCES.get(kind)
    for kind in _kinds_in_use():
        transport = CHANNELS.get(kind)
        if issubclass(transport, LoadsLate):
            transport.load()
    connections.close_all()


def _kinds_in_use() -> list[str]:
    try:
        return [kind for kind in CHANNELS.kinds() if Channel.objects.filter(kind=kind).exists()]
    except DatabaseError:
        # The queue waits for the database by itself; workers then load what they come to need.
        logger.warning("Kinds of channels are loaded when they are used: no database")
        return []
