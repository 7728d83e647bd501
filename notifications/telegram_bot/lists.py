"""Answers that list rows of the chat's team, page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import QuerySet

from monitoring.models import Alert, Monitor
from monitoring.selectors import status_summary
from notifications.buttons import TURN, Press
from notifications.matching import zone_of
from notifications.telegram_bot.outgoing import Keyboard, escape, fitted
from notifications.telegram_bot.people import Visit, name_of
from notifications.telegram_bot.words import say

PAGE_ROWS = 15
NAME_LENGTH = 60


def status_text(visit: Visit) -> str:
    counts = status_summary(visit.actor)
    alerts = Alert.objects.of_team(visit.team.pk).unresolved().count()
    return say("status", visit.language, team=visit.team.name, alerts=alerts, **counts)


def stock_text(visit: Visit, words: str) -> str:
    """The first products whose name or number holds the words."""
    rows = monitors_of(visit)
    found = rows.filter(product_name__icontains=words) | rows.filter(product_id=words)
    total = found.count()
    if not total:
        return say("nothing", visit.language)
    lines = [monitor_line(one, visit) for one in found[:PAGE_ROWS]]
    if total > PAGE_ROWS:
        lines.append(say("more", visit.language, count=total - PAGE_ROWS))
    return fitted(lines)


def page_of(visit: Visit, which: str, page: int) -> tuple[str, Keyboard]:
    """A page of "monitors" or "alerts", and the buttons that turn it. Raises KeyError."""
    rows, line, none = LISTS[which]
    pages = Paginator(rows(visit), PAGE_ROWS)
    shown = pages.get_page(page)
    if not pages.count:
        return say(none, visit.language), []
    lines = [line(one, visit) for one in shown.object_list]
    if pages.num_pages == 1:
        return fitted(lines), []
    head = say("page", visit.language, page=shown.number, pages=pages.num_pages)
    turns = []
    if shown.has_previous():
        turns.append(_turn("‹", which, shown.previous_page_number()))
    if shown.has_next():
        turns.append(_turn("›", which, shown.next_page_number()))
    return fitted([f"<i>{head}</i>", *lines]), [turns]


def _turn(label: str, which: str, page: int) -> dict[str, str]:
    return {"text": label, "callback_data": Press(TURN, which, page).data()}


def monitors_of(visit: Visit) -> QuerySet[Monitor]:
    rows = Monitor.objects.of_team(visit.team.pk).select_related("website")
    return rows.order_by("website__name", "product_name", "pk")


def alerts_of(visit: Visit) -> QuerySet[Alert]:
    rows = Alert.objects.of_team(visit.team.pk).unresolved()
    return rows.select_related("website", "monitor", "acknowledged_by").order_by("-opened_at", "pk")


def monitor_line(monitor: Monitor, visit: Visit) -> str:
    parts = [f"<code>{monitor.pk}</code> {escape(_short(str(monitor)))}"]
    parts.append(f"<b>{escape(stock_words(monitor, visit.language))}</b>")
    if monitor.price is not None:
        parts.append(escape(f"{monitor.price} {monitor.currency}".strip()))
    if not monitor.is_active:
        parts.append(say("paused", visit.language))
    return f"{' · '.join(parts)} <i>{escape(_short(monitor.website.name))}</i>"


def alert_line(alert: Alert, visit: Visit) -> str:
    what = say(f"kind_{alert.kind}", visit.language)
    subject = alert.subject or str(alert.monitor or alert.website)
    since = say("since", visit.language, time=local_time(alert.opened_at, visit))
    line = f"<code>{alert.pk}</code> <b>{what}</b> {escape(_short(subject))} · {since}"
    if alert.acknowledged_at is not None:
        line += "\n    " + say("acknowledged", visit.language, name=acknowledger(alert, visit))
    return line


def acknowledger(alert: Alert, visit: Visit) -> str:
    user = alert.acknowledged_by
    return name_of(user) if user is not None else say("somebody", visit.language)


def stock_words(monitor: Monitor, language: str) -> str:
    if monitor.quantity is not None:
        return str(monitor.quantity)
    key = {True: "in_stock", False: "sold_out", None: "stock_unknown"}[monitor.available]
    return say(key, language)


def local_time(at: datetime, visit: Visit) -> str:
    return f"{at.astimezone(zone_of(visit.team.time_zone)):%Y-%m-%d %H:%M %Z}"


def _short(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else name[: NAME_LENGTH - 1] + "…"


LISTS: dict[str, tuple[Callable[[Visit], QuerySet], Callable[..., str], str]] = {  # type: ignore[type-arg]
    "monitors": (monitors_of, monitor_line, "nothing"),
    "alerts": (alerts_of, alert_line, "no_alerts"),
}
