"""Presses of buttons. What a press carries is not trusted: the row it names must be of a team whose
messages come to this chat, and the person must hold the role there."""

from __future__ import annotations

from accounts.actors import has_role
from accounts.choices import Role
from accounts.models import Team, User
from monitoring.models import Monitor
from notifications.buttons import (
    ACKNOWLEDGE,
    MUTE_HOURS,
    MUTE_MONITOR,
    MUTE_WEBSITE,
    NOTHING,
    TURN,
    Press,
    read_press,
)
from notifications.matching import zone_of
from notifications.telegram_bot.acting import acknowledge, alert_of, mute, subject_of
from notifications.telegram_bot.lists import LISTS, page_of
from notifications.telegram_bot.outgoing import (
    ANSWER_MAX,
    Answer,
    Outgoing,
    Redraw,
    Rewrite,
    without,
)
from notifications.telegram_bot.people import name_of, teams_of, user_of, visit_of
from notifications.telegram_bot.updates import Pressed
from notifications.telegram_bot.words import say_plain


def answer(pressed: Pressed) -> list[Outgoing]:
    press = read_press(pressed.data)
    if press is None or press.verb == NOTHING or pressed.chat is None:
        return [Answer(pressed.query_id)]
    language = visit_of(pressed.chat, pressed.person).language
    user = user_of(pressed.person)
    if user is None:
        return [_loud(pressed, "stranger", language)]
    if press.verb == TURN:
        return _turned(pressed, press)
    if press.verb == ACKNOWLEDGE:
        return _acknowledged(pressed, press, user, language)
    if press.verb in (MUTE_MONITOR, MUTE_WEBSITE) and press.number in MUTE_HOURS:
        return _muted(pressed, press, user, language)
    return [Answer(pressed.query_id)]


def _acknowledged(pressed: Pressed, press: Press, user: User, language: str) -> list[Outgoing]:
    assert pressed.chat is not None
    alert = alert_of(press.subject, teams_of(pressed.chat))
    if alert is None or not has_role(user, alert.website.team_id, Role.VIEWER):
        return [_loud(pressed, "not_found", language, id=press.subject)]
    if not has_role(user, alert.website.team_id, Role.OPERATOR):
        return [_loud(pressed, "refused", language)]
    outcome, name = acknowledge(alert=alert, user=user)
    name = name or say_plain("somebody", language)
    told = say_plain(outcome, language, name=name)
    note = told if outcome == "resolved" else say_plain("acknowledged", language, name=name)
    return [_answer(pressed, told), *_redrawn(pressed, {pressed.data}, note)]


def _muted(pressed: Pressed, press: Press, user: User, language: str) -> list[Outgoing]:
    assert pressed.chat is not None
    prefix = "w" if press.verb == MUTE_WEBSITE else ""
    subject = subject_of(prefix + press.subject, teams_of(pressed.chat))
    team: Team | None = None
    if subject is not None:
        team = subject.website.team if isinstance(subject, Monitor) else subject.team
    if subject is None or team is None or not has_role(user, team.pk, Role.VIEWER):
        return [_loud(pressed, "not_found", language, id=press.subject)]
    if not has_role(user, team.pk, Role.OPERATOR):
        return [_loud(pressed, "refused", language)]
    silence = mute(subject=subject, user=user, hours=press.number)
    time = f"{silence.ends_at.astimezone(zone_of(team.time_zone)):%Y-%m-%d %H:%M %Z}"
    gone = {Press(press.verb, press.subject, hours).data() for hours in MUTE_HOURS}
    note = say_plain("muted_by", language, time=time, name=name_of(user))
    told = say_plain("muted", language, name=str(subject)[:80], time=time)
    return [_answer(pressed, told), *_redrawn(pressed, gone, note)]


def _turned(pressed: Pressed, press: Press) -> list[Outgoing]:
    """Another page of a list, in the place of the one that is shown."""
    assert pressed.chat is not None
    visit = visit_of(pressed.chat, pressed.person)
    if press.subject not in LISTS or not visit.may(Role.VIEWER):
        return [_loud(pressed, "refused", visit.language)]
    text, keyboard = page_of(visit, press.subject, press.number)
    return [
        Answer(pressed.query_id),
        Rewrite(pressed.chat.id, pressed.message_id, text, keyboard),
    ]


def _redrawn(pressed: Pressed, gone: set[str], note: str) -> list[Outgoing]:
    """Nothing when Telegram does not show us the buttons: the message is too old."""
    if pressed.chat is None or not pressed.keyboard:
        return []
    keyboard = without(pressed.keyboard, gone, note=note[:ANSWER_MAX], nothing=NOTHING)
    return [Redraw(pressed.chat.id, pressed.message_id, keyboard)]


def _loud(pressed: Pressed, key: str, language: str, **values: object) -> Answer:
    return Answer(pressed.query_id, say_plain(key, language, **values)[:ANSWER_MAX], is_loud=True)


def _answer(pressed: Pressed, text: str) -> Answer:
    return Answer(pressed.query_id, text[:ANSWER_MAX])
