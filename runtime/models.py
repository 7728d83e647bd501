"""Signs of life of the processes."""

from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """When a part of the system last proved that it works; health checks read its age."""

    name = models.CharField(max_length=60, unique=True)
    beat_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
