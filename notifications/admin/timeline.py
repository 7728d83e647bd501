"""The timeline of an alert as rows of a table."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.display import age, badge, muted, row_link
from common.texts import Text, shown
from monitoring.admin.badges import event_badge
from monitoring.models import Alert
from notifications.admin.badges import notification_badge
from notifications.timelines import Entry, alert_timeline

BY: dict[str, Text] = {"bot": _("by Telegram"), "link": _("by a link in a message"), "system": ""}
AUTOMATIC = _("this system")


class Row(NamedTuple):
    when: SafeString
    what: SafeString
    text: Any
    who: str | SafeString
    why: str


def timeline_rows(alert: Alert) -> list[Row]:
    """Newest first: what matters now stands on top."""
    return [_row(one) for one in reversed(alert_timeline(alert))]


def _row(entry: Entry) -> Row:
    return Row(age(entry.at), _badge(entry), _text(entry), _who(entry), shown(entry.why))


def _badge(entry: Entry) -> SafeString:
    if entry.notification is not None:
        return notification_badge(entry.notification)
    if entry.silence is not None:
        begins = entry.what == "silence_begins"
        return badge(
            gettext("Silenced") if begins else gettext("Silence over"), "warn" if begins else "idle"
        )
    return event_badge(entry.what)


def _text(entry: Entry) -> Any:
    if entry.notification is not None:
        return row_link(entry.notification, entry.text)
    if entry.silence is not None:
        return row_link(entry.silence, entry.text)
    return row_link(entry.event, entry.text) if entry.event else entry.text


def _who(entry: Entry) -> str | SafeString:
    if entry.notification is not None:
        return gettext("to %(channel)s") % {"channel": entry.notification.channel}
    if entry.author is None:
        return ""
    kind, name = str(entry.author.get("kind", "")), str(entry.author.get("name") or "")
    words = " ".join(filter(None, [name, str(BY.get(kind, ""))]))
    return words or muted(AUTOMATIC)
