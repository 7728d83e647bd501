"""What a team says in its own words."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from accounts.choices import Language
from accounts.models import Team
from accounts.querysets import TeamScopedQuerySet
from common.models import TimeStampedModel
from monitoring.choices import EventType


class MessageTemplate(TimeStampedModel):
    """A team's own words for one kind of event in one language; empty parts stay as they were."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="message_templates")
    event_type = models.CharField(max_length=32, choices=EventType.choices)
    language = models.CharField(max_length=8, choices=Language.choices, default=Language.ENGLISH)
    subject = models.CharField(max_length=250, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)

    objects: ClassVar = TeamScopedQuerySet["MessageTemplate"].as_manager()

    class Meta:
        ordering: ClassVar = ["team_id", "event_type", "language"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["team", "event_type", "language"],
                name="message_template_once_per_team_event_and_language",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_event_type_display()} ({self.language})"
