"""Signs of life of the processes, and what happened to them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from runtime.choices import What


class Heartbeat(models.Model):
    """When a part of the system last proved that it works; health checks read its age.

    Queues have a row for each supervisor (`instance`) whose workers answer; what is the same for
    all has one row without an instance.
    """

    name = models.CharField(max_length=60)
    instance = models.CharField(max_length=40, blank=True, default="")
    beat_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name", "instance"], name="heartbeat_one_row_per_part_and_instance"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ProcessEvent(models.Model):
    """Something that happened to a process of the system. Written once, never changed."""

    created_at = models.DateTimeField(
        "at", help_text="When it happened; the row may come later, when the database was away."
    )
    process = models.CharField(max_length=60, help_text="Which part of the system.")
    what = models.CharField(max_length=20, choices=What)
    reason = models.CharField(max_length=300, help_text="What was seen, and what was done.")
    host = models.CharField(max_length=100, blank=True, help_text="On which machine.")
    instance = models.CharField(max_length=40, blank=True, help_text="Under which supervisor.")

    class Meta:
        ordering: ClassVar = ["-created_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["-created_at"], name="processevent_latest")]

    def __str__(self) -> str:
        return f"{self.process} {self.reason}"
