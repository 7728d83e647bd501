from __future__ import annotations

import uuid

from django.db import models


class TimeStampedModel(models.Model):
    """Rows that people edit: when they came and when they were last changed."""

    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True


class PublicIdModel(models.Model):
    """Rows that leave the system in webhooks and links carry an id that cannot be guessed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        abstract = True
