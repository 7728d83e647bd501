"""Channels that follow from what a person wants: their e-mail and phone, one each per team."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction

from accounts.models import Preferences, Team, User
from accounts.selectors import preferences_of
from monitoring.choices import EventType
from notifications.channels.twilio.config import missing_settings
from notifications.models import Channel, Subscription
from notifications.services.channels import (
    channel_create,
    channel_disable,
    channel_enable,
    channel_update,
)

KINDS = {"email": "by e-mail", "sms": "by SMS"}
"""Channel kinds that are made from preferences; what a person links by hand has another kind."""

EVENTS = (EventType.ALERT_OPENED, EventType.ALERT_REMINDER, EventType.ALERT_RESOLVED)
SWITCHED_OFF = "Its person wants no messages by it."
NAME_LENGTH = 120


def personal_channels_sync(*, user: User, is_asked: bool = False) -> None:
    """Makes, changes and switches off the person's channels, so that they are as the preferences
    and memberships say. `is_asked`: the person has just said so; then a channel that was disabled
    because nothing arrived is tried again."""
    preferences = preferences_of(user)
    teams = {team.pk: team for team in Team.objects.filter(memberships__user=user)}
    with transaction.atomic():
        held = Channel.objects.select_for_update(no_key=True).filter(user=user, kind__in=KINDS)
        left = {(one.team_id, one.kind): one for one in held.order_by("-pk")}
        for kind, address in _addresses(user, preferences):
            for team in teams.values():
                _keep(left.pop((team.pk, kind), None), user, team, kind, address, is_asked)
        for channel in left.values():
            if channel.is_active:
                channel_disable(channel=channel, reason=SWITCHED_OFF)


def can_text() -> bool:
    """Whether this installation can send text messages."""
    return not missing_settings("sms")


def _addresses(user: User, preferences: Preferences) -> Iterator[tuple[str, str]]:
    """(kind, address) of everything the person wants."""
    if not (user.is_active and preferences.is_enabled):
        return
    if preferences.email:
        yield "email", preferences.email
    if preferences.phone and can_text():
        yield "sms", preferences.phone


def _keep(
    channel: Channel | None, user: User, team: Team, kind: str, address: str, is_asked: bool
) -> None:
    config: dict[str, Any] = {"to": [address]}
    if channel is None:
        _make(user, team, kind, config)
        return
    is_moved = channel.config.get("to") != config["to"]
    if is_moved:
        channel_update(channel=channel, config=config)
    is_ours = channel.disabled_reason == SWITCHED_OFF
    if not channel.is_active and (is_moved or is_asked or is_ours):
        channel_enable(channel=channel)


def _make(user: User, team: Team, kind: str, config: dict[str, Any]) -> None:
    channel, _ = channel_create(
        team=team, user=user, name=_free_name(user, team, kind), kind=kind, config=config
    )
    Subscription.objects.create(channel=channel, events=[*EVENTS], only_own=True)


def _free_name(user: User, team: Team, kind: str) -> str:
    """Like "ada by e-mail"; with a number where somebody took that name."""
    taken = set(Channel.objects.filter(team=team).values_list("name", flat=True))
    for number in range(1, len(taken) + 2):
        end = f" {KINDS[kind]}" + (f" {number}" if number > 1 else "")
        name = user.get_username()[: NAME_LENGTH - len(end)] + end
        if name not in taken:
            break
    return name
