"""How alerts look in lists and panels."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.admin.display import Tone, age, badge, muted, page_url
from common.texts import shown
from monitoring.alertselectors import open_alerts
from monitoring.choices import AlertKind, AlertStatus, ResolveReason
from monitoring.models import Alert, Monitor
from websites.models import Website

KIND_TONES: dict[str, Tone] = {
    AlertKind.LOW: "warn",
    AlertKind.HIGH: "info",
    AlertKind.OUT_OF_STOCK: "bad",
    AlertKind.UNREACHABLE: "bad",
}
STATUS_TONES: dict[str, Tone] = {
    AlertStatus.OPEN: "bad",
    AlertStatus.ACKNOWLEDGED: "info",
    AlertStatus.RESOLVED: "good",
}


def kind_badge(alert: Alert) -> SafeString:
    kind = AlertKind(alert.kind)
    tone = "idle" if alert.resolved_at is not None else KIND_TONES[kind]
    return badge(shown(kind.label), tone)


def alert_badge(alert: Alert) -> SafeString:
    status = AlertStatus(alert.status)
    why = ResolveReason(alert.resolve_reason).label if alert.resolve_reason else alert.note
    return badge(shown(status.label), STATUS_TONES[status], shown(why))


def level_text(alert: Alert) -> SafeString | str:
    """ "3, below 5", "120, above 100", "0"; a dash where there is no number."""
    quantity = alert.monitor.quantity if alert.monitor else None
    if quantity is None:
        return muted("–")
    if alert.kind not in (AlertKind.LOW, AlertKind.HIGH):
        return str(quantity)
    text = gettext("%(quantity)s (threshold %(threshold)s)")
    return text % {"quantity": quantity, "threshold": alert.threshold}


def open_alert_rows(row: Monitor | Website) -> list[dict[str, Any]]:
    """Unresolved alerts for the panel of a monitor or website."""
    return [
        {
            "kind": kind_badge(one),
            "state": alert_badge(one),
            "opened": age(one.opened_at),
            "url": page_url(one),
            "text": one.subject or str(row),
            "note": one.note,
        }
        for one in open_alerts(row).select_related("monitor")
    ]
