"""What the queue calls."""

from __future__ import annotations

from accounts.lockout import attempts_prune
from accounts.services.tokens import tokens_prune


def prune_tokens() -> str:
    """Once a day: what log-ins left behind."""
    return f"{tokens_prune()} rows of old tokens and {attempts_prune()} of wrong log-ins deleted"
