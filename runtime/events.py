"""The book of what happened to processes. Append-only; old pages are torn out."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from datetime import datetime, timedelta

from runtime.choices import What
from runtime.models import ProcessEvent

KEPT = timedelta(days=90)
RECENT = timedelta(minutes=15)
TROUBLE = (What.DIED, What.SILENT, What.KILLED, What.LEFTOVERS)


@dataclass(frozen=True, slots=True)
class Happening:
    process: str
    what: What
    reason: str
    at: datetime


def write(happenings: list[Happening], *, instance: str) -> None:
    """One INSERT."""
    host = socket.gethostname()[:100]
    ProcessEvent.objects.bulk_create(
        ProcessEvent(
            created_at=each.at,
            process=each.process[:60],
            what=each.what,
            reason=each.reason[:300],
            host=host,
            instance=instance,
        )
        for each in happenings
    )


def recent_trouble(now: datetime) -> ProcessEvent | None:
    """The latest event of the last minutes that should not happen."""
    return ProcessEvent.objects.filter(what__in=TROUBLE, created_at__gt=now - RECENT).first()


def prune(now: datetime) -> None:
    ProcessEvent.objects.filter(created_at__lt=now - KEPT).delete()
