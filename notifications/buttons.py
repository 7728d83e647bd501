"""Pure: buttons below a message that act when they are pressed, and what a press carries.

A press comes back as at most 64 bytes that anybody may forge, so it names a row by its number and
nothing else; whether the person may do it is decided when it arrives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, Protocol

from accounts.choices import Language
from monitoring.choices import EventType

Action = tuple[str, str]
"""What stands on the button, and what a press of it carries."""

ACKNOWLEDGE, MUTE_MONITOR, MUTE_WEBSITE, TURN, NOTHING = "a", "m", "w", "p", "n"
MUTE_HOURS = (1, 24)
ALERTS_MAX = 6
"""Alerts of one message that get a button each; a longer list is answered by /alerts."""

TO_BE_ACKNOWLEDGED = frozenset({EventType.ALERT_OPENED.value, EventType.ALERT_REMINDER.value})
_PRESS = re.compile(r"([amwpn])(?::([a-z]{1,12}|\d{1,18}))?(?::(\d{1,6}))?", re.ASCII)

LABELS: Mapping[str, tuple[str, str]] = {
    Language.ENGLISH: ("Ack", "Mute {hours} h"),
    Language.CHINESE: ("确认", "静音 {hours} 小时"),
    Language.RUSSIAN: ("Принять", "Тихо {hours} ч"),
}


class Told(Protocol):
    """What must be known of an event: a MonitorHistory row has it."""

    @property
    def event_type(self) -> str: ...
    @property
    def website_id(self) -> int: ...
    @property
    def monitor_id(self) -> int | None: ...
    @property
    def alert_id(self) -> int | None: ...


class Press(NamedTuple):
    """`subject` is the number of a row, or the name of a list for TURN; `number` hours or a page."""

    verb: str
    subject: str = ""
    number: int = 0

    def data(self) -> str:
        return ":".join([self.verb, self.subject, str(self.number)]).rstrip(":")


def read_press(data: str) -> Press | None:
    """None for anything that we never put on a button."""
    match = _PRESS.fullmatch(data)
    return Press(match[1], match[2] or "", int(match[3] or 0)) if match else None


def mute_hours_label(hours: int, language: str) -> str:
    return LABELS.get(language, LABELS[Language.ENGLISH])[1].format(hours=hours)


def actions_of(
    events: Iterable[Told], *, language: str, names: Mapping[int, str] | None = None
) -> list[list[Action]]:
    """Rows of buttons: acknowledge each alert that waits for somebody, mute what it is all about.

    `names`: alert id -> what to call it where there are several.
    """
    events = list(events)
    ack = LABELS.get(language, LABELS[Language.ENGLISH])[0]
    alerts = list(
        dict.fromkeys(
            event.alert_id
            for event in events
            if event.alert_id and event.event_type in TO_BE_ACKNOWLEDGED
        )
    )
    mutes = _mutes(events, language)
    if len(alerts) == 1:
        return [[(ack, Press(ACKNOWLEDGE, str(alerts[0])).data()), *mutes]]
    rows = []
    if len(alerts) <= ALERTS_MAX:
        rows = [
            [(f"{ack}: {(names or {}).get(one, one)}"[:60], Press(ACKNOWLEDGE, str(one)).data())]
            for one in alerts
        ]
    return [*rows, mutes] if mutes else rows


def _mutes(events: list[Told], language: str) -> list[Action]:
    monitors = {event.monitor_id for event in events}
    websites = {event.website_id for event in events}
    if len(monitors) != 1 or len(websites) != 1:
        return []
    monitor_id = monitors.pop()
    verb = MUTE_MONITOR if monitor_id else MUTE_WEBSITE
    subject = str(monitor_id or websites.pop())
    return [
        (mute_hours_label(hours, language), Press(verb, subject, hours).data())
        for hours in MUTE_HOURS
    ]
