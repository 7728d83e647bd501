"""Chats are bound to teams: by a deep link made in the desk, or by a signed link made in the chat.

A private chat is a person's own and takes any role. A group or channel makes a Channel for the
whole team, which is an owner's business.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.utils import timezone

from accounts.actors import has_role
from accounts.choices import Role
from accounts.models import Team, User
from accounts.selectors import preferences_of
from common.errors import ConflictError, InvalidInputError
from monitoring.choices import EventType
from notifications.models import Channel, TelegramLink, TelegramToken
from notifications.services.channels import channel_create, channel_disable, channel_enable
from notifications.services.subscriptions import subscription_create
from notifications.telegram_bot.people import language_of
from notifications.telegram_bot.updates import Chat, Person

TOKEN_VALID = timedelta(minutes=15)
OFFER_VALID = timedelta(minutes=10)
SALT = "notifications.telegram.offer"
BIND = "/admin/notifications/channel/telegram/bind/"
"""Of the desk. Written down: to ask for it would load every page into the bot's process."""
KIND = "telegram"
UNLINKED = "The chat was unlinked."
LEFT_TEAM = "Its person left the team."
NAME_LENGTH = 120

PRIVATE_EVENTS = (
    EventType.ALERT_OPENED,
    EventType.ALERT_REMINDER,
    EventType.ALERT_RESOLVED,
    EventType.RESTOCKED,
    EventType.SOLD_OUT,
)
"""What a private chat is told until its person says otherwise by /subscribe."""

GROUP_EVENTS = ("*",)


class LinkRefused(ConflictError):
    """Codes: link_expired, link_role (the person may not link such a chat), link_taken (the chat is
    another team's or person's)."""


def token_create(*, user: User, team: Team) -> str:
    """The secret part of a deep link: good once, for 15 minutes. Only its hash is kept.

    Raises InvalidInputError when the team is not the person's.
    """
    if not has_role(user, team.pk, Role.VIEWER):
        raise InvalidInputError("The link is not valid.", fields={"team": ["Not one of yours."]})
    now = timezone.now()
    plain = secrets.token_urlsafe(24)
    with transaction.atomic():
        TelegramToken.objects.filter(user=user, expires_at__lt=now - timedelta(days=1)).delete()
        TelegramToken.objects.create(
            team=team, user=user, token_hash=_hashed(plain), expires_at=now + TOKEN_VALID
        )
    return plain


def deep_links(username: str, token: str) -> dict[str, str]:
    base = f"https://t.me/{username}"
    return {"private": f"{base}?start={token}", "group": f"{base}?startgroup={token}"}


def token_redeem(*, plain: str, chat: Chat, person: Person | None) -> TelegramLink:
    """Binds the chat in which the deep link was opened. Told twice it says the same twice. Raises
    LinkRefused."""
    with transaction.atomic():
        rows = TelegramToken.objects.select_for_update().select_related("team", "user")
        token = rows.filter(token_hash=_hashed(plain)).first()
        if token is None or token.expires_at <= timezone.now():
            raise _expired()
        if token.used_at is not None:
            held = _held(chat)
            if held is None or (held.team_id, held.user_id) != (token.team_id, token.user_id):
                raise _expired()
            return held
        link = chat_bind(user=token.user, team=token.team, chat=chat, person=person)
        TelegramToken.objects.filter(pk=token.pk).update(used_at=timezone.now())
    return link


def offer_of(chat: Chat, person: Person | None) -> str:
    """Address of the page in the desk where whoever is logged in binds this chat."""
    signed = signing.dumps(
        {"chat": [*chat[:2], chat.title[:60], chat.thread_id], "person": list(person or ())},
        salt=SALT,
        compress=True,
    )
    return f"{settings.PUBLIC_URL}{BIND}?chat={signed}"


def offer_read(signed: str) -> tuple[Chat, Person | None]:
    """Raises LinkRefused for one that is forged or older than 10 minutes."""
    try:
        said: dict[str, Any] = signing.loads(signed, salt=SALT, max_age=OFFER_VALID)
        return Chat(*said["chat"]), Person(*said["person"]) if said["person"] else None
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        raise _expired() from None


def chat_bind(*, user: User, team: Team, chat: Chat, person: Person | None) -> TelegramLink:
    """The chat belongs to the team from now on, with a Channel and what it is told. Raises
    LinkRefused."""
    needed = Role.VIEWER if chat.is_private else Role.OWNER
    if not has_role(user, team.pk, needed):
        raise LinkRefused(f"This takes the role {needed.label.lower()}.", code="link_role")
    with transaction.atomic():
        held = _held(chat)
        if held is not None and _is_foreign(held, user, team):
            raise LinkRefused(
                "The chat is linked to another team or person. Send /unlink there first.",
                code="link_taken",
            )
        if held is not None and held.team_id != team.pk:
            link_end(link=held)
            held = None
        link = held or TelegramLink(chat_id=chat.id, message_thread_id=chat.thread_id)
        link.team, link.user, link.chat_type, link.title = team, user, chat.type, chat.title
        link.telegram_user_id = person.id if person and chat.is_private else None
        link.language = _language(user, team, person)
        link.channel = _channel(link, user if chat.is_private else None)
        link.save()
    return link


def link_end(*, link: TelegramLink, reason: str = UNLINKED) -> None:
    """The chat is told nothing more. Its Channel stays, disabled, with the log of its messages."""
    with transaction.atomic():
        channel = link.channel
        link.delete()
        if channel is not None:
            channel.subscriptions.all().delete()
            channel_disable(channel=channel, reason=reason)


def links_sync(*, user: User) -> None:
    """Private chats of a person follow their memberships: who left a team hears nothing of it."""
    for link in TelegramLink.objects.filter(user=user, chat_type="private"):
        if not has_role(user, link.team_id, Role.VIEWER):
            link_end(link=link, reason=LEFT_TEAM)


def _channel(link: TelegramLink, user: User | None) -> Channel:
    """The link's own; else one that this chat had before in the team; else a new one."""
    config = {"chat_id": str(link.chat_id)}
    rows = Channel.objects.filter(team=link.team, kind=KIND, config__chat_id=config["chat_id"])
    same = [one for one in rows if one.config.get("message_thread_id") == link.message_thread_id]
    same = [one for one in same if one.user_id in (None, user.pk if user else None)]
    taken = {*TelegramLink.objects.exclude(pk=link.pk).values_list("channel_id", flat=True)}
    channel = link.channel or next((one for one in same if one.pk not in taken), None)
    if channel is None:
        thread = {"message_thread_id": link.message_thread_id} if link.message_thread_id else {}
        channel, _ = channel_create(
            team=link.team,
            user=user,
            name=_free_name(link),
            kind=KIND,
            config={**config, **thread},
        )
    channel.user, channel.language = user, link.language
    channel.save(update_fields=["user", "language", "updated_at"])
    if not channel.is_active:
        channel_enable(channel=channel)
    if not channel.subscriptions.exists():
        subscription_create(channel=channel, events=PRIVATE_EVENTS if user else GROUP_EVENTS)
    return channel


def _held(chat: Chat) -> TelegramLink | None:
    rows = TelegramLink.objects.select_for_update().filter(chat_id=chat.id)
    return rows.filter(message_thread_id=chat.thread_id).first()


def _is_foreign(held: TelegramLink, user: User, team: Team) -> bool:
    """A person may move their own chat to another of their teams. Nobody else's link may take a
    chat over: who opens one by mistake would hear no more of what is theirs."""
    if held.chat_type == "private":
        return held.user_id not in (None, user.pk)
    return held.team_id != team.pk


def _free_name(link: TelegramLink) -> str:
    """Like "Telegram: Ops"; with a number where the team has that already."""
    taken = {*Channel.objects.filter(team=link.team).values_list("name", flat=True)}
    base = f"Telegram: {link.title or link.chat_id}"
    for number in range(1, len(taken) + 2):
        end = f" {number}" if number > 1 else ""
        name = base[: NAME_LENGTH - len(end)] + end
        if name not in taken:
            break
    return name


def _language(user: User, team: Team, person: Person | None) -> str:
    return preferences_of(user).language or team.language or language_of(person)


def _hashed(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()


def _expired() -> LinkRefused:
    return LinkRefused(
        "This link was used already or is too old. Make a new one.", code="link_expired"
    )
