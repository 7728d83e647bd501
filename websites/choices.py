from __future__ import annotations

from django.db import models


class Health(models.TextChoices):
    """How the last polls of a Website went (contract section 6)."""

    NEVER = "never", "Not polled yet"
    OK = "ok", "OK"
    DEGRADED = "degraded", "Last poll failed"
    QUARANTINED = "quarantined", "Reading not believed yet"
    RATE_LIMITED = "rate_limited", "Asked to slow down"
    UNREACHABLE = "unreachable", "Unreachable"
    AUTH_FAILED = "auth_failed", "Log-in refused"
    BLOCKED = "blocked", "Blocked"
    PAUSED = "paused", "Paused"


# Entering one of these is announced as website_unreachable; leaving to ok as website_recovered.
DOWN = frozenset({Health.UNREACHABLE, Health.AUTH_FAILED, Health.BLOCKED})
