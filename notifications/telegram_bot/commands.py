"""What people write to the bot, and what it answers. Every command but /start and /help is checked
against the role of whoever wrote, in the team of the chat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from accounts.choices import Role
from common.errors import InvalidInputError
from notifications.matching import ALL_EVENTS
from notifications.services.subscriptions import (
    event_choices,
    subscription_create,
    subscription_update,
)
from notifications.telegram_bot.acting import (
    MUTE_HOURS_MAX,
    acknowledge,
    alert_of,
    mute,
    subject_of,
    unmute,
)
from notifications.telegram_bot.linking import (
    OFFER_VALID,
    LinkRefused,
    link_end,
    offer_of,
    token_redeem,
)
from notifications.telegram_bot.lists import local_time, page_of, status_text, stock_text
from notifications.telegram_bot.outgoing import Keyboard, Outgoing, Say, escape
from notifications.telegram_bot.people import Visit, name_of, visit_of
from notifications.telegram_bot.updates import CHANNEL, Said, command_of
from notifications.telegram_bot.words import say

MUTE_HOURS = 24
Reply = str | tuple[str, Keyboard]


@dataclass(frozen=True, slots=True)
class Command:
    """`role`: the least one may do it with; None for everybody. In a group an `is_owners` command
    takes an owner, for it changes what the whole group gets."""

    name: str
    run: Callable[[Visit], Reply]
    role: Role | None = Role.VIEWER
    arguments: str = ""
    is_owners: bool = False

    @property
    def usage(self) -> str:
        return f"/{self.name} {self.arguments}".strip()

    def role_in(self, visit: Visit) -> Role | None:
        return Role.OWNER if self.is_owners and not visit.chat.is_private else self.role


def answer(said: Said, username: str) -> list[Outgoing]:
    """What is said back; nothing to words that are not for us."""
    chat = said.chat
    found = command_of(said.text, username)
    if found is None and not chat.is_private:
        return []
    name, rest = found or ("", "")
    if chat.type == CHANNEL and name != "start":
        return []  # nobody is named there
    visit = visit_of(chat, said.person, rest=rest, username=username)
    command = COMMANDS.get(name)
    if command is None:
        reply: Reply = say("unknown", visit.language) if chat.is_private else ""
    else:
        reply = refusal(command, visit) or command.run(visit)
    text, keyboard = reply if isinstance(reply, tuple) else (reply, [])
    return [Say(chat.id, text, chat.thread_id, keyboard)] if text else []


def refusal(command: Command, visit: Visit) -> str:
    """Why the person may not; it tells a stranger nothing of the team."""
    needed = command.role_in(visit)
    if needed is None or visit.may(needed):
        return ""
    if visit.link is None:
        return say("not_linked", visit.language)
    return say("stranger" if visit.user is None else "refused", visit.language)


def start(visit: Visit) -> Reply:
    if not visit.rest:
        if visit.link is not None:
            return say("already_linked", visit.language, team=visit.team.name)
        minutes = OFFER_VALID.seconds // 60
        address = offer_of(visit.chat, visit.person)
        return say("link_here", visit.language, address=address, minutes=minutes)
    try:
        link = token_redeem(plain=visit.rest, chat=visit.chat, person=visit.person)
    except LinkRefused as refused:
        return say(refused.code, visit.language)
    key = "linked_private" if visit.chat.is_private else "linked_group"
    return say(key, link.language, team=link.team.name, user=name_of(link.user))


def help_text(visit: Visit) -> Reply:
    lines = [
        f"{escape(command.usage)} — {say(f'do_{name}', visit.language)}"
        for name, command in COMMANDS.items()
    ]
    return "\n".join([say("help", visit.language), *lines])


def stock(visit: Visit) -> Reply:
    return stock_text(visit, visit.rest) if visit.rest else _usage("stock", visit)


def listing(which: str) -> Callable[[Visit], Reply]:
    def run(visit: Visit) -> Reply:
        page = int(visit.rest) if visit.rest.isascii() and visit.rest.isdigit() else 1
        return page_of(visit, which, min(page, 10**6))

    return run


def acknowledged(visit: Visit) -> Reply:
    alert = alert_of(visit.rest, [visit.team.pk])
    if not visit.rest or visit.user is None:
        return _usage("ack", visit)
    if alert is None:
        return say("not_found", visit.language, id=visit.rest[:20])
    outcome, name = acknowledge(alert=alert, user=visit.user)
    return say(outcome, visit.language, name=name or say("somebody", visit.language))


def muted(visit: Visit) -> Reply:
    number, _, said_hours = visit.rest.partition(" ")
    hours = said_hours.strip() or str(MUTE_HOURS)
    is_number = hours.isascii() and hours.isdigit() and len(hours) < 6
    if not number or not is_number or not 0 < int(hours) <= MUTE_HOURS_MAX or visit.user is None:
        return _usage("mute", visit)
    subject = subject_of(number, [visit.team.pk])
    if subject is None:
        return say("not_found", visit.language, id=number[:20])
    silence = mute(subject=subject, user=visit.user, hours=int(hours))
    time = local_time(silence.ends_at, visit)
    return say("muted", visit.language, name=str(subject), time=time)


def unmuted(visit: Visit) -> Reply:
    if not visit.rest:
        return _usage("unmute", visit)
    subject = subject_of(visit.rest, [visit.team.pk])
    if subject is None:
        return say("not_found", visit.language, id=visit.rest[:20])
    key = "unmuted" if unmute(subject=subject) else "not_muted"
    return say(key, visit.language, name=str(subject))


def subscribed(visit: Visit) -> Reply:
    """Of the chat's own Channel; scopes and digests are left as they were set in the desk."""
    assert visit.link is not None
    channel = visit.link.channel
    if channel is None:
        return say("not_linked", visit.language)
    rows = channel.subscriptions.filter(is_active=True).order_by("pk")
    if visit.rest:
        names = [
            ALL_EVENTS if name.lower() == "all" else name.lower()
            for name in visit.rest.replace(",", " ").split()
        ]
        known = {value for value, _ in event_choices()}
        if unknown := sorted(set(names) - known):
            listed = ", ".join(sorted(known - {ALL_EVENTS}))
            return say("bad_events", visit.language, unknown=", ".join(unknown)[:200], known=listed)
        first = rows.first()
        try:
            if first is None:
                subscription_create(channel=channel, events=names)
            else:
                subscription_update(subscription=first, events=names)
                rows.exclude(pk=first.pk).update(is_active=False)
        except InvalidInputError:
            return _usage("subscribe", visit)
    told = dict.fromkeys(event for row in rows for event in row.events)
    shown = ", ".join("all" if event == ALL_EVENTS else event for event in told)
    return say("subscribed", visit.language, events=shown or "–")


def unlinked(visit: Visit) -> Reply:
    assert visit.link is not None
    link_end(link=visit.link)
    return say("unlinked", visit.language)


def _usage(name: str, visit: Visit) -> str:
    return say("usage", visit.language, usage=COMMANDS[name].usage)


COMMANDS = {
    command.name: command
    for command in (
        Command("start", start, None),
        Command("help", help_text, None),
        Command("status", status_text),
        Command("stock", stock, arguments="name"),
        Command("monitors", listing("monitors"), arguments="[page]"),
        Command("alerts", listing("alerts"), arguments="[page]"),
        Command("mute", muted, Role.OPERATOR, "id [hours]"),
        Command("unmute", unmuted, Role.OPERATOR, "id"),
        Command("ack", acknowledged, Role.OPERATOR, "id"),
        Command("subscribe", subscribed, arguments="[events]", is_owners=True),
        Command("unlink", unlinked, is_owners=True),
    )
}
