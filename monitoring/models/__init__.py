"""What is watched, what was seen of it, what happened, and what somebody has to care about."""

from monitoring.models.alerts import Alert, Silence
from monitoring.models.history import MonitorHistory, PollRun, StockDay, StockRecord
from monitoring.models.watching import Monitor

__all__ = [
    "Alert",
    "Monitor",
    "MonitorHistory",
    "PollRun",
    "Silence",
    "StockDay",
    "StockRecord",
]
