from __future__ import annotations

from django.db import models


class Role(models.TextChoices):
    """What a member may do; each role includes the ones before it (contract section 6)."""

    VIEWER = "viewer", "Viewer"
    OPERATOR = "operator", "Operator"
    OWNER = "owner", "Owner"

    @property
    def rank(self) -> int:
        return list(Role).index(self)


class AuditAction(models.TextChoices):
    CREATED = "created", "Created"
    CHANGED = "changed", "Changed"
    DELETED = "deleted", "Deleted"


class Scope(models.TextChoices):
    """What an API key may do: read, an operator's rights, or an owner's without members and keys."""

    READ = "read", "Read"
    WRITE = "write", "Write"
    ADMIN = "admin", "Admin"

    @property
    def role(self) -> Role:
        return {Scope.READ: Role.VIEWER, Scope.WRITE: Role.OPERATOR, Scope.ADMIN: Role.OWNER}[self]


class Language(models.TextChoices):
    """Languages messages are written in."""

    ENGLISH = "en", "English"
    CHINESE = "zh-hans", "简体中文"
    RUSSIAN = "ru", "Русский"


class Reminders(models.TextChoices):
    DAILY = "daily", "Once a day, at the hour below"
    HOURLY = "hourly", "When 24 hours have passed"
    OFF = "off", "Never"
