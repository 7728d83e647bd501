"""What the queue calls."""

from __future__ import annotations

from accounts.services.tokens import tokens_prune


def prune_tokens() -> str:
    return f"{tokens_prune()} rows of old tokens deleted"
