"""Pure: the colour of a mail, by what its event means to people."""

from __future__ import annotations

GOOD, BAD, WARNING, PLAIN = "#15803d", "#b91c1c", "#b45309", "#1d4ed8"
"""As CSS has them, dark enough for white letters."""

_TONES = {
    "restocked": GOOD,
    "stock_increased": GOOD,
    "threshold_recovered": GOOD,
    "website_recovered": GOOD,
    "alert_resolved": GOOD,
    "sold_out": BAD,
    "website_unreachable": BAD,
    "product_missing": BAD,
    "threshold_breach_low": WARNING,
    "threshold_breach_high": WARNING,
    "alert_opened": WARNING,
    "alert_reminder": WARNING,
    "monitor_flapping": WARNING,
    "snapshot_quarantined": WARNING,
}


def tone_of(event_type: str) -> str:
    return _TONES.get(event_type, PLAIN)
