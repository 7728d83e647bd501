"""What accounts tell whoever listens, without knowing them."""

from __future__ import annotations

from django.dispatch import Signal

# Sent inside the transaction with `user_id: int` and `changed: frozenset[str]`: names of the
# Preferences that have new values. What fails in a receiver undoes the change.
preferences_changed = Signal()
