from monitoring.admin.hosts import HostBudgetAdmin
from monitoring.admin.monitors import MonitorAdmin
from monitoring.admin.readonly import (
    CatalogueProductAdmin,
    MonitorHistoryAdmin,
    PollRunAdmin,
    StockRecordAdmin,
)
from monitoring.admin.silences import SilenceAdmin
from monitoring.admin.websites import WebsiteAdmin

__all__ = [
    "CatalogueProductAdmin",
    "HostBudgetAdmin",
    "MonitorAdmin",
    "MonitorHistoryAdmin",
    "PollRunAdmin",
    "SilenceAdmin",
    "StockRecordAdmin",
    "WebsiteAdmin",
]
