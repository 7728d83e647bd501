"""Mail to the owners of a team about what only they can mend: a channel that was disabled."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Mapping
from functools import partial

from django.conf import settings
from django.db import transaction
from django_q.tasks import async_task

from accounts.choices import Language, Role
from accounts.models import User
from accounts.selectors import preferences_of
from common.queues import NOTIFY, cluster_of
from notifications.channels.base import Message, Target
from notifications.channels.errors import DeliveryError
from notifications.channels.registry import build
from notifications.models import Channel

logger = logging.getLogger(__name__)

TASK = "notifications.tasks.tell_owners"
PAGE = "/admin/notifications/channel/{}/change/"
"""Of a channel. Written down: to ask for it would load every page of the site into the worker."""

WORDS: Mapping[str, tuple[str, str]] = {
    Language.ENGLISH: (
        "Channel disabled: {name}",
        "{reason}\nNothing is sent to this channel of {team} until somebody mends it and presses "
        "Enable:\n{link}",
    ),
    Language.CHINESE: (
        "通知渠道已停用：{name}",
        "{reason}\n在修复并点击「启用」之前，{team} 的这个渠道不会发送任何消息：\n{link}",
    ),
    Language.RUSSIAN: (
        "Канал отключён: {name}",
        "{reason}\nВ этот канал команды {team} ничего не отправляется, пока его не исправят и не "
        "нажмут «Включить»:\n{link}",
    ),
}


def owners_tell_later(*, channel_id: int) -> None:
    """After the commit. The mail is a courtesy: should the queue lose it, the desk and the page of
    the channel show the same."""
    work = partial(async_task, TASK, channel_id, cluster=cluster_of(NOTIFY))
    transaction.on_commit(work, robust=True)


def owners_tell(channel_id: int) -> int:
    """One mail per owner, none when the channel was enabled meanwhile (network: not in a
    transaction). Returns how many were accepted."""
    channel = Channel.objects.filter(pk=channel_id, is_active=False).select_related("team").first()
    if channel is None:
        return 0
    message = _message(channel)
    return sum(_is_told(address, message) for address in _addresses(channel))


def _addresses(channel: Channel) -> list[str]:
    """Of its person, if it is a personal one; else of the owners of the team."""
    people = User.objects.filter(is_active=True).order_by("pk")
    if channel.user_id is not None:
        people = people.filter(pk=channel.user_id)
    else:
        people = people.filter(memberships__team=channel.team_id, memberships__role=Role.OWNER)
    found = [(preferences_of(one), one.email) for one in people]
    addresses = [wish.email or email for wish, email in found if wish.is_enabled]
    return list(dict.fromkeys(filter(None, addresses)))


def _message(channel: Channel) -> Message:
    subject, text = WORDS.get(channel.team.language, WORDS[Language.ENGLISH])
    facts = {
        "name": channel.name,
        "team": channel.team.name,
        "reason": channel.disabled_reason,
        "link": f"{settings.PUBLIC_URL}{PAGE.format(channel.pk)}",
    }
    return Message(
        id=str(uuid.uuid4()),
        type="channel_disabled",
        subject=subject.format(**facts),
        text=text.format(**facts),
    )


def _is_told(address: str, message: Message) -> bool:
    try:
        build("email", Target(config={"to": [address]}, secrets={})).send(message)
    except DeliveryError as error:
        logger.warning("owner_not_told code=%s", error.code)
        return False
    return True
