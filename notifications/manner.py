"""How a channel is spoken to: in whose language and time zone, and by which kind of message."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from notifications.matching import zone_of
from notifications.models import Channel

CHATS = frozenset({"telegram", "sms", "whatsapp", "apprise"})
"""Kinds of channels that show the subject right above the text: it is not said twice."""


class Manner(NamedTuple):
    language: str
    zone: ZoneInfo
    is_short: bool = False


def manner_of(channel: Channel) -> Manner:
    """That of the channel, else of its person, else of the team (all of them loaded)."""
    wishes = getattr(channel.user, "preferences", None)
    language = channel.language or (wishes.language if wishes else "") or channel.team.language
    zone = (wishes.time_zone if wishes else "") or channel.team.time_zone
    return Manner(language, zone_of(zone), channel.kind in CHATS)
