"""What monitoring tells whoever listens, without knowing them."""

from __future__ import annotations

from django.dispatch import Signal

# Sent after commit with `event_ids: list[int]`: MonitorHistory rows that wait to be planned.
# A receiver must not wait for anything outside: results of other websites wait to be recorded.
history_recorded = Signal()

# Sent by whoever recorded, when nothing else waits to be recorded. Now a receiver may wait a while.
recording_finished = Signal()
