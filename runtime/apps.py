from __future__ import annotations

import gc
from importlib import import_module
from typing import Any

from django.apps import AppConfig
from django.conf import settings

from common.logcontext import log_context_begin
from runtime.pulse import Pulse, WorkerPulse
from runtime.trimming import Trimmer

COLLECT_AFTER = (100_000, 20, 20)
"""Objects between two runs of the garbage collector. A poll makes tens of thousands of values at
once, none of them in cycles: with Python's default of 700 a third of its time went into looking
for garbage that was not there (`make bench`)."""


class RuntimeConfig(AppConfig):
    name = "runtime"
    verbose_name = "System"

    def ready(self) -> None:
        gc.set_threshold(*COLLECT_AFTER)
        name_tasks_in_the_log()
        trim_after_tasks()
        if settings.SENTRY_DSN:
            # Imported here: those who want no reports need no megabytes of it in every process.
            import_module("runtime.errorreports").start()
        pulse = Pulse.of_environment()
        if pulse is not None:
            listen_to_tasks(WorkerPulse(pulse))


def name_tasks_in_the_log() -> None:
    """Lines of a worker carry the task it is at."""
    from django_q.signals import post_execute_in_worker, pre_execute  # needs the apps

    def begins(task: dict[str, Any], **_: Any) -> None:
        log_context_begin(task=task["id"], func=str(task["func"]))

    def ends(**_: Any) -> None:
        log_context_begin()

    pre_execute.connect(begins, weak=False, dispatch_uid="log_task_begins")
    post_execute_in_worker.connect(ends, weak=False, dispatch_uid="log_task_ends")


def trim_after_tasks() -> None:
    """A worker does not stay as large as its largest moment."""
    from django_q.signals import post_execute_in_worker  # needs the apps

    post_execute_in_worker.connect(Trimmer(), weak=False, dispatch_uid="trim_task_ends")


def listen_to_tasks(pulse: WorkerPulse) -> None:
    """Every task that a worker of the queue runs is a sign of life."""
    from django_q.signals import post_execute_in_worker, pre_execute  # needs the apps

    def begins(task: dict[str, Any], **_: Any) -> None:
        pulse.task_begins(task.get("timeout") or settings.Q_CLUSTER["timeout"])

    def ends(**_: Any) -> None:
        pulse.task_ends()

    pre_execute.connect(begins, weak=False, dispatch_uid="pulse_task_begins")
    post_execute_in_worker.connect(ends, weak=False, dispatch_uid="pulse_task_ends")
