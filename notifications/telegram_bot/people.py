"""Who speaks, where, and what they may do there.

A chat stands for a team; a person is known by the private chat they linked. Rights are those of the
person in the team of the chat, looked up every time: whoever leaves a team loses them at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.actors import has_role
from accounts.choices import Language, Role
from accounts.models import Team, User
from monitoring.alerting import Author
from notifications.models import Channel, TelegramLink
from notifications.telegram_bot.updates import PRIVATE, Chat, Person


@dataclass(frozen=True, slots=True)
class TeamOnly:
    """An actor that sees one team and no more: what is shown in a chat is of its team, whatever
    else the person who asked may see."""

    team_id: int

    @property
    def sees_all_teams(self) -> bool:
        return False

    def team_ids(self) -> Iterable[int]:
        return [self.team_id]

    def role_in(self, team_id: int) -> Role | None:
        return Role.VIEWER if team_id == self.team_id else None


@dataclass(frozen=True, slots=True)
class Visit:
    """One command: where, by whom, with which words behind it."""

    chat: Chat
    person: Person | None
    link: TelegramLink | None
    user: User | None
    language: str
    rest: str = ""
    username: str = ""
    """Of the bot."""

    @property
    def team(self) -> Team:
        assert self.link is not None
        return self.link.team

    @property
    def actor(self) -> TeamOnly:
        return TeamOnly(self.team.pk)

    def may(self, role: Role) -> bool:
        """The person holds at least `role` in the team of the chat."""
        return (
            self.link is not None
            and self.user is not None
            and has_role(self.user, self.link.team_id, role)
        )


def link_of(chat: Chat) -> TelegramLink | None:
    """Of the topic, else of the whole chat."""
    links = TelegramLink.objects.select_related("team", "channel", "user").filter(chat_id=chat.id)
    found = {link.message_thread_id: link for link in links}
    return found.get(chat.thread_id) or found.get(None)


def user_of(person: Person | None) -> User | None:
    """Whoever linked their private chat from this Telegram account."""
    if person is None:
        return None
    link = (
        TelegramLink.objects.select_related("user")
        .filter(telegram_user_id=person.id, chat_type=PRIVATE)
        .order_by("-pk")
        .first()
    )
    return link.user if link is not None and link.user.is_active else None


def teams_of(chat: Chat) -> list[int]:
    """Ids of the teams whose messages come to this chat: by its link, or by a Channel that names it."""
    link = link_of(chat)
    channels = Channel.objects.filter(kind="telegram", config__chat_id=str(chat.id))
    ids = {*channels.values_list("team_id", flat=True), *([link.team_id] if link else [])}
    return sorted(ids)


def author_of(user: User) -> Author:
    return Author(kind="bot", id=user.pk, name=name_of(user))


def name_of(user: User) -> str:
    return user.get_full_name() or user.get_username()


def language_of(person: Person | None) -> str:
    """Of somebody we do not know: what their Telegram is set to, as far as we speak it."""
    code = (person.language if person else "").lower()
    if code.startswith("zh"):
        return str(Language.CHINESE)
    return str(Language.RUSSIAN) if code.startswith("ru") else str(Language.ENGLISH)


def visit_of(chat: Chat, person: Person | None, *, rest: str = "", username: str = "") -> Visit:
    link = link_of(chat)
    language = link.language if link is not None else language_of(person)
    return Visit(chat, person, link, user_of(person), language, rest, username)
