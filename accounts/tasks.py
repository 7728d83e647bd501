"""What the queue calls."""

from __future__ import annotations

from accounts.audit import audit_prune
from accounts.lockout import attempts_prune
from accounts.services.tokens import tokens_prune


def prune_tokens() -> str:
    """Once a day: what log-ins left behind, and the end of the audit log."""
    return (
        f"{tokens_prune()} rows of old tokens, {attempts_prune()} of wrong log-ins and "
        f"{audit_prune()} of the audit log deleted"
    )
