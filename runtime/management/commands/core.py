from __future__ import annotations

import signal
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand

from runtime.core import run_until
from runtime.schedules import schedules_ensure
from runtime.trimming import settle


class Command(BaseCommand):
    help = "The core process: starts due polls and sweeps the outbox every second. Part of `run`."
    requires_system_checks = ()  # `run` made them; those of the addresses load every page

    def handle(self, *args: Any, **options: Any) -> None:
        end = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: end.set())
        schedules_ensure()
        settle()
        run_until(end)
