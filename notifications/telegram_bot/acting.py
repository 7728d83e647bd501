"""What a person may do from a chat: acknowledge, mute, speak again. Done twice it is done once, for
Telegram may tell us of one press more than once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone

from accounts.models import User
from common.errors import ConflictError
from monitoring.models import Alert, Monitor, Silence
from monitoring.querysets import SilenceQuerySet
from monitoring.services.alerts import alert_acknowledge
from monitoring.services.silences import silence_create, silence_end
from notifications.telegram_bot.people import author_of, name_of
from websites.models import Website

MUTE_HOURS_MAX = 24 * 30
SAME_MUTE = timedelta(minutes=5)
"""A mute that ends so near the end of one in force is the same one, said again."""

REASON = "Muted in Telegram"
_SUBJECT = re.compile(r"([w#]?)(\d{1,18})", re.ASCII)

Mutable = Monitor | Website


class Acknowledged(NamedTuple):
    """`outcome`: acknowledged, already_acknowledged or resolved. `name`: whoever did it, "" when
    that is not known any more."""

    outcome: str
    name: str


def acknowledge(*, alert: Alert, user: User) -> Acknowledged:
    try:
        alert_acknowledge(alert=alert, author=author_of(user))
    except ConflictError:
        held = Alert.objects.select_related("acknowledged_by").get(pk=alert.pk)
        if held.resolved_at is not None:
            return Acknowledged("resolved", "")
        by = held.acknowledged_by
        return Acknowledged("already_acknowledged", name_of(by) if by is not None else "")
    return Acknowledged("acknowledged", name_of(user))


def mute(*, subject: Mutable, user: User, hours: int) -> Silence:
    """The silence in force: a new one, unless one lasts as long already."""
    team = subject.website.team if isinstance(subject, Monitor) else subject.team
    now = timezone.now()
    until = now + timedelta(hours=hours)
    held = _mutes(subject).in_force(now).filter(event_types=[], label="")
    longest = held.order_by("-ends_at").first()
    if longest is not None and longest.ends_at >= until - SAME_MUTE:
        return longest
    return silence_create(
        team=team,
        author=author_of(user),
        ends_at=until,
        reason=REASON,
        monitor=subject if isinstance(subject, Monitor) else None,
        website=subject if isinstance(subject, Website) else None,
    )


def unmute(*, subject: Mutable) -> int:
    """Ends every silence in force that names just this; returns how many."""
    ended = 0
    for silence in _mutes(subject).in_force(timezone.now()):
        try:
            silence_end(silence=silence)
        except ConflictError:
            continue
        ended += 1
    return ended


def subject_of(text: str, team_ids: list[int]) -> Mutable | None:
    """A monitor by its number, a website by "w" and its number; only of these teams."""
    match = _SUBJECT.fullmatch(text)
    if match is None:
        return None
    number = int(match[2])
    if match[1] == "w":
        websites = Website.objects.filter(team_id__in=team_ids).select_related("team")
        return websites.filter(pk=number).first()
    monitors = Monitor.objects.filter(website__team_id__in=team_ids)
    return monitors.select_related("website__team").filter(pk=number).first()


def alert_of(text: str, team_ids: list[int]) -> Alert | None:
    number = text.removeprefix("#")
    if not (number.isascii() and number.isdigit()) or len(number) > 18:
        return None
    rows = Alert.objects.filter(website__team_id__in=team_ids)
    return rows.select_related("website__team", "monitor").filter(pk=int(number)).first()


def _mutes(subject: Mutable) -> SilenceQuerySet:
    if isinstance(subject, Monitor):
        return Silence.objects.filter(monitor=subject)
    return Silence.objects.filter(website=subject, monitor=None)
