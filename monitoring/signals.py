"""What monitoring tells whoever listens, without knowing them."""

from __future__ import annotations

from django.dispatch import Signal

# Sent after commit with `event_ids: list[int]`: MonitorHistory rows that wait to be planned.
history_recorded = Signal()
