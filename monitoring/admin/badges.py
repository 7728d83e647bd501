"""How states look: always a word, coloured."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.admin.display import Tone, badge, muted
from common.texts import shown
from monitoring.admin.chartaxes import number_text
from monitoring.choices import EventType, MonitorStatus, PollOutcome, PollState, ThresholdState
from monitoring.models import Monitor, PollRun
from websites.choices import Health
from websites.models import Website

HEALTH_TONES: dict[str, Tone] = {
    Health.NEVER: "idle",
    Health.OK: "good",
    Health.DEGRADED: "warn",
    Health.QUARANTINED: "warn",
    Health.RATE_LIMITED: "warn",
    Health.UNREACHABLE: "bad",
    Health.AUTH_FAILED: "bad",
    Health.BLOCKED: "bad",
    Health.PAUSED: "idle",
}
STATUS_TONES: dict[str, Tone] = {
    MonitorStatus.ACTIVE: "good",
    MonitorStatus.PAUSED: "idle",
    MonitorStatus.ERROR: "bad",
}
EVENT_TONES: dict[str, Tone] = {
    EventType.RESTOCKED: "good",
    EventType.STOCK_INCREASED: "good",
    EventType.STOCK_DECREASED: "info",
    EventType.SOLD_OUT: "bad",
    EventType.THRESHOLD_BREACH_LOW: "warn",
    EventType.THRESHOLD_BREACH_HIGH: "warn",
    EventType.THRESHOLD_RECOVERED: "good",
    EventType.PRODUCT_MISSING: "warn",
    EventType.PRODUCT_RENAMED: "info",
    EventType.PRODUCT_MOVED: "info",
    EventType.WEBSITE_UNREACHABLE: "bad",
    EventType.WEBSITE_RECOVERED: "good",
    EventType.SNAPSHOT_QUARANTINED: "warn",
    EventType.MONITOR_FLAPPING: "warn",
    EventType.ALERT_OPENED: "bad",
    EventType.ALERT_ACKNOWLEDGED: "info",
    EventType.ALERT_REMINDER: "warn",
    EventType.ALERT_RESOLVED: "good",
}
OUTCOME_TONES: dict[str, Tone] = {
    PollOutcome.UNCHANGED: "idle",
    PollOutcome.CHANGED: "info",
    PollOutcome.QUARANTINED: "warn",
    PollOutcome.ERROR: "bad",
    PollOutcome.LOST: "idle",
}


def health_badge(website: Website) -> SafeString:
    health = Health(website.shown_health)
    title = shown(website.last_error) if website.is_active else ""
    return badge(shown(health.label), HEALTH_TONES[health], title)


def status_badge(monitor: Monitor) -> SafeString:
    status = MonitorStatus(monitor.status)
    return badge(shown(status.label), STATUS_TONES[status], shown(monitor.status_reason))


def event_badge(event_type: str) -> SafeString:
    label = dict(EventType.choices).get(event_type, event_type)
    return badge(shown(label), EVENT_TONES.get(event_type, "idle"))


def outcome_badge(run: PollRun) -> SafeString:
    """What a finished poll proved; until then, how far it is."""
    if not run.outcome:
        state = PollState(run.state)
        return badge(shown(state.label), "info" if state == PollState.RUNNING else "idle")
    outcome = PollOutcome(run.outcome)
    return badge(shown(outcome.label), OUTCOME_TONES.get(outcome, "idle"), shown(run.error_message))


def stock_words(
    quantity: int | None, available: bool | None, stock_control: bool | None
) -> tuple[str, Tone]:
    """What is known of a stock: a number, sold out, unlimited, only "in stock", or unknown."""
    if available is None:
        return gettext("Unknown"), "idle"
    if not available:
        return gettext("Sold out"), "bad"
    if quantity is not None:
        return gettext("%(number)s in stock") % {"number": number_text(quantity)}, "good"
    return gettext("Unlimited") if stock_control is False else gettext("In stock"), "good"


def stock_badge(monitor: Monitor) -> SafeString:
    words, tone = stock_words(monitor.quantity, monitor.available, monitor.stock_control_enabled)
    if tone == "good" and monitor.threshold_state == ThresholdState.LOW:
        words = gettext("Low: %(number)s left") % {"number": monitor.quantity}
        return badge(words, "warn", gettext("Below the low threshold."))
    if tone == "good" and monitor.threshold_state == ThresholdState.HIGH:
        return badge(words, "info", gettext("Above the high threshold."))
    if monitor.first_read_at is None:
        return badge(gettext("Not read yet"), "idle", gettext("Waits for its first reading."))
    return badge(words, tone)


def price_text(price: object, currency: str) -> SafeString | str:
    return muted("–") if price is None else f"{price} {currency}".strip()
