"""Events become a message: subject, text, HTML, webhook body and buttons."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from common.texts import in_english
from monitoring.models import MonitorHistory
from notifications.buttons import Action, actions_of
from notifications.channels.base import Message
from notifications.choices import Gathered
from notifications.facts import facts_of
from notifications.manner import Manner, manner_of
from notifications.matching import zone_of
from notifications.models import Channel, NotificationLog
from notifications.payload import EventFacts, batch_body, encoded, event_body, ping_body
from notifications.wording.catalogue import word
from notifications.wording.gathering import subject_of_many, sums_of
from notifications.wording.looks import tone_of
from notifications.wording.own import Filled, OwnWords, fill, own_values, sample
from notifications.wording.telling import (
    facts_of_event,
    headline_of,
    note_of,
    price_text,
    sentence_of,
    subject_of,
    time_text,
)

logger = logging.getLogger(__name__)

NOTHING = Filled("", "", "")
TEST_TYPE = "test"
SUBJECT_MAX = 250
FOOT_MARK = "<!--foot-->"
LINES_MAX = 100
"""Events that a digest lists; it counts the others."""

NAMED_ABOVE = frozenset({"product", "website"})
"""Facts that the subject says already."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in all its forms, as frozen in NotificationLog."""

    subject: str
    text: str
    html: str
    payload: Mapping[str, Any]
    button: tuple[str, str] | None = None
    actions: Sequence[Sequence[Action]] = ()
    foot: Mapping[str, Any] | None = None
    """End of a mail, with links that act (links.py). Kept apart from the words that the desk and the
    API show: who may read a message may not do what its links do."""

    def columns(self) -> dict[str, Any]:
        """Values of NotificationLog: subject, message, rendered. The webhook body is kept as text:
        a JSON column may change the order of its keys, and every attempt sends the same bytes."""
        frozen = {
            "html": self.html,
            "payload": encoded(self.payload).decode(),
            "button": list(self.button) if self.button else None,
            "actions": [[list(action) for action in row] for row in self.actions],
            "foot": self.foot,
        }
        return {"subject": self.subject, "message": self.text, "rendered": frozen}


def message_of(notification: NotificationLog) -> Message:
    """The frozen message; `id` is the same for every attempt."""
    frozen = notification.rendered
    button, foot = frozen.get("button"), frozen.get("foot") or {}
    return Message(
        id=str(notification.public_id),
        type=notification.notification_type,
        subject=notification.subject,
        text=_with_foot(notification.message, foot),
        html=frozen.get("html", "").replace(FOOT_MARK, _foot_html(foot)),
        payload=json.loads(frozen.get("payload") or "{}"),
        button=(button[0], button[1]) if button else None,
        actions=[[(label, data) for label, data in row] for row in frozen.get("actions") or ()],
        progress=frozen.get("progress") or {},
        unsubscribe=foot.get("unsubscribe", ""),
        is_one_click=bool(foot.get("is_one_click")),
    )


def _with_foot(text: str, foot: Mapping[str, Any]) -> str:
    if not foot:
        return text
    links = [f"{label}: {address}" for label, address in foot["links"]]
    return "\n".join([text, "", "-- ", foot["why"], *links])


def _foot_html(foot: Mapping[str, Any]) -> str:
    return render_to_string("notifications/foot.html", dict(foot)) if foot else ""


def render_events(
    rows: Sequence[MonitorHistory],
    *,
    notification_type: str,
    total: int | None = None,
    manner: Manner | None = None,
    own: OwnWords | None = None,
    has_html: bool = True,
) -> Rendered:
    """One message for `rows` (with website.team, monitor, record and alert loaded), oldest first.

    `total` counts all events of the message when `rows` are only the first of them. Without a
    `manner` it is that of the team. `own` are the team's words for a message about one event.
    Without `has_html` there is no page, which costs more than all the rest.
    """
    team = rows[0].website.team
    manner = manner or Manner(team.language, zone_of(team.time_zone))
    events = [facts_of(row) for row in rows[:LINES_MAX]]
    total = total or len(rows)
    is_whole = total == len(events)
    button = _button(events, manner.language) if is_whole else None
    if total == 1 and notification_type != Gathered.DIGEST:
        name, body = "event", event_body(events[0])
        context = event_context(events[0], manner)
        filled = own_filled(own, events[0], manner)
    else:
        name, body = "batch", batch_body(events, total)
        context = _batch_context(events, notification_type, total, manner)
        filled = NOTHING
    shown = {**context, "subject": filled.subject or context["subject"], "own": filled.html}
    text, html = worded(name, {**shown, "button": button}, manner.language, has_html=has_html)
    return Rendered(
        subject=one_line(shown["subject"]),
        text=filled.text or text,
        html=html,
        payload=body,
        button=button,
        actions=_actions(rows, manner.language) if is_whole else (),
    )


def own_filled(own: OwnWords | None, event: EventFacts, manner: Manner) -> Filled:
    """Nothing where the shipped words stay, and where those of the team cannot be used."""
    if own is None:
        return NOTHING
    try:
        return fill(own, own_values(event, manner))
    except Exception:
        # Whatever is wrong with a team's words, the message must not be lost with them.
        logger.exception("own_words_failed event_type=%s", event.type)
        return NOTHING


def render_test(channel: Channel, at: datetime) -> Rendered:
    """The message of a test send; as a webhook it is `webhook.ping`."""
    language, zone, _ = manner_of(channel)
    subject = word("test.subject", language, app=settings.APP_NAME)
    context = {
        "subject": subject,
        "tone": tone_of("restocked"),
        "line": word("test.line", language, app=settings.APP_NAME, channel=channel.name),
        "time": time_text(at, language, zone),
    }
    text, html = worded("test", context, language)
    return Rendered(
        subject=one_line(subject),
        text=text,
        html=html,
        payload=ping_body(
            channel_id=str(channel.public_id), channel=channel.name, message=text, at=at
        ),
    )


def render_sample(event_type: str, manner: Manner, own: OwnWords) -> Rendered:
    """A made-up event of this kind, to look at words."""
    event = sample(event_type)
    context, filled = event_context(event, manner), own_filled(own, event, manner)
    button = _button([event], manner.language)
    shown = {**context, "subject": filled.subject or context["subject"], "own": filled.html}
    text, html = worded("event", {**shown, "button": button}, manner.language)
    subject = one_line(shown["subject"])
    return Rendered(subject, filled.text or text, html, event_body(event), button)


@in_english
def worded(
    name: str, context: Mapping[str, Any], language: str, *, has_html: bool = True
) -> tuple[str, str]:
    """(text, HTML) of a template in templates/notifications."""
    full = {
        **context,
        "app_name": settings.APP_NAME,
        "language": language,
        "colon": word("form.colon", language),
    }
    text = render_to_string(f"notifications/{name}.txt", full)
    html = render_to_string(f"notifications/{name}.html", full) if has_html else ""
    return _tidy(text), html


def event_context(event: EventFacts, manner: Manner) -> dict[str, Any]:
    """What the templates of a message about one event show."""
    facts = facts_of_event(event, manner.language, manner.zone)
    return {
        "subject": subject_of(event, manner.language),
        "tone": tone_of(event.type),
        "headline": headline_of(event, manner.language),
        "note": note_of(event, manner.language),
        "facts": facts,
        "listed": [one for one in facts if not (manner.is_short and one.name in NAMED_ABOVE)],
        "time_label": word("fact.time", manner.language),
        "time": time_text(event.at, manner.language, manner.zone),
    }


def _batch_context(
    events: Sequence[EventFacts], notification_type: str, total: int, manner: Manner
) -> dict[str, Any]:
    language = manner.language
    more = total - len(events)
    sums = sums_of(events, language) if not more else {}
    tones = {tone_of(event.type) for event in events}
    lines = [
        {
            "tone": tone_of(event.type),
            "name": event.product or event.website,
            "website": event.website if event.product else "",
            "sentence": sentence_of(event, language),
            "price": price_text(event),
            "link": event.link,
            "time": time_text(event.at, language, manner.zone),
        }
        for event in events
    ]
    return {
        "subject": subject_of_many(events, notification_type, total, sums, language),
        "tone": tones.pop() if len(tones) == 1 else tone_of(""),
        "lines": lines,
        "more": word("many.more", language, count=more) if more else "",
        "sums": list(sums.values()),
        "shop_label": word("fact.website", language),
        "shops": word("form.listed", language).join(dict.fromkeys(one.website for one in events)),
        "time": lines[-1]["time"],
    }


def _button(events: Sequence[EventFacts], language: str) -> tuple[str, str] | None:
    """Where to buy, when the message is about one product that is in stock and has a link."""
    links = {event.link for event in events}
    last = events[-1]
    if len(links) != 1 or not last.available or not last.link:
        return None
    return (word("button.buy", language), last.link)


def _actions(rows: Sequence[MonitorHistory], language: str) -> list[list[Action]]:
    names = {row.alert_id: str(row.monitor or row.website) for row in rows if row.alert_id}
    return actions_of(rows, language=language, names=names)


def one_line(text: str) -> str:
    return " ".join(text.split())[:SUBJECT_MAX]


def _tidy(text: str) -> str:
    """Without the blank lines that conditions of a template leave behind."""
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
