from __future__ import annotations

from typing import Any

from django_q.management.commands.qcluster import Command as Cluster

from runtime.trimming import settle
from runtime.warming import warm


class Command(Cluster):  # type: ignore[misc]
    help = "A cluster of the queue, with its workers: `qcluster` that needs less memory. Part of `run`."
    requires_system_checks = ()  # `run` made them; those of the addresses load every page

    def handle(self, *args: Any, **options: Any) -> None:
        warm()
        settle()
        super().handle(*args, **options)
