from __future__ import annotations

from django.db import models


class What(models.TextChoices):
    """What may happen to a process of the system."""

    STARTED = "started", "Started"
    STOPPED = "stopped", "Stopped"
    DIED = "died", "Ended by itself"
    SILENT = "silent", "Fell silent"
    KILLED = "killed", "Did not stop"
    LEFTOVERS = "leftovers", "Leftovers ended"
