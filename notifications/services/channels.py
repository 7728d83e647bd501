"""Making, changing and testing Channels."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.choices import Language
from accounts.models import Team, User
from accounts.services.preferences import quiet_problems
from common.errors import InvalidInputError
from common.fields import opened_or_empty
from common.plugin import clean_config, split_secrets
from common.registry import UnknownKindError
from notifications.channels.base import Transport
from notifications.channels.registry import CHANNELS
from notifications.choices import ChannelHealth
from notifications.models import Channel, NotificationLog
from notifications.rendering import TEST_TYPE
from notifications.services.burying import bury_pending
from notifications.services.outbox import deliver

MANNERS = frozenset({"language", "quiet_from", "quiet_until"})
EDITABLE = frozenset({"name", "config", "is_active"}) | MANNERS
DISABLED_BY_PERSON = "Disabled by a person."


def channel_create(
    *,
    team: Team,
    name: str,
    kind: str,
    config: Mapping[str, Any],
    is_active: bool = True,
    user: User | None = None,
    **manners: Any,
) -> tuple[Channel, dict[str, Any]]:
    """A channel, and the values that were generated for it and are shown this once.

    `config` holds open values and secrets by the names of the kind's CONFIG; `user` is the person
    whose own it is; `manners` are language, quiet_from and quiet_until.
    Raises InvalidInputError with the fields to mend.
    """
    transport = _transport(kind)
    given = {key: value for key, value in config.items() if value not in ("", None)}
    prepared = transport.prepare(dict(given))
    open_values, secrets = split_secrets(transport.CONFIG, clean_config(transport.CONFIG, prepared))
    channel = Channel(
        team=team, user=user, kind=kind, config=open_values, secrets=secrets, is_active=is_active
    )
    _set_name(channel, name)
    _set_manners(channel, manners)
    if not is_active:
        channel.health, channel.disabled_reason = ChannelHealth.DISABLED, DISABLED_BY_PERSON
    _save(channel)
    return channel, {key: value for key, value in secrets.items() if key not in given}


def channel_update(*, channel: Channel, **changes: Any) -> Channel:
    """Changes name, config, manners (language and quiet hours) or is_active.

    Given options replace the stored ones; those that are not given stay, an empty secret too, and
    null takes an open one away. A channel that was disabled because nothing arrived stays so
    until it is enabled. Raises InvalidInputError; TypeError for a field that cannot be changed.
    """
    unknown = set(changes) - EDITABLE
    if unknown:
        raise TypeError(f"channel_update() cannot change {', '.join(sorted(unknown))}")
    if "name" in changes:
        _set_name(channel, changes["name"])
    if "config" in changes:
        _set_config(channel, changes["config"] or {})
    _set_manners(channel, {name: changes[name] for name in MANNERS & set(changes)})
    with transaction.atomic():
        _save(channel, update_fields=["name", "config", "secrets", *MANNERS, "updated_at"])
        if changes.get("is_active", channel.is_active) != channel.is_active:
            if changes["is_active"]:
                channel_enable(channel=channel)
            else:
                channel_disable(channel=channel)
    return channel


def channel_enable(*, channel: Channel) -> Channel:
    """Takes messages again from now on."""
    channel.is_active = True
    channel.health = ChannelHealth.UNKNOWN
    channel.disabled_reason, channel.paused_until = "", None
    channel.save(
        update_fields=["is_active", "health", "disabled_reason", "paused_until", "updated_at"]
    )
    return channel


def channel_disable(*, channel: Channel, reason: str = "") -> Channel:
    """Takes no more messages; those that wait end dead with the reason."""
    channel.is_active = False
    channel.health = ChannelHealth.DISABLED
    channel.disabled_reason = (reason or DISABLED_BY_PERSON)[:250]
    with transaction.atomic():
        channel.save(update_fields=["is_active", "health", "disabled_reason", "updated_at"])
        bury_pending(
            channel_id=channel.pk,
            reason=f"The channel is disabled: {channel.disabled_reason}",
            now=timezone.now(),
        )
    return channel


def channel_test(*, channel: Channel, key: str = "") -> NotificationLog:
    """Sends a test message at once and waits for the outcome (network: not in a transaction).

    It is tried once, also on a disabled channel, and disables none. The second call with the same
    key sends nothing and gives the message of the first.
    """
    row, is_new = NotificationLog.objects.get_or_create(
        channel=channel,
        group_key=f"t{key or uuid.uuid4().hex}",
        defaults={"notification_type": TEST_TYPE},
    )
    if not is_new:
        return row
    deliver([row.pk], patience_seconds=None)
    row.refresh_from_db()
    return row


def _transport(kind: str) -> type[Transport]:
    try:
        return CHANNELS.get(kind)
    except UnknownKindError:
        raise _invalid("kind", f"There is no channel of kind {kind!r}.") from None


def _set_name(channel: Channel, name: str) -> None:
    channel.name = str(name).strip()
    if not channel.name:
        raise _invalid("name", "This value is required.")
    if len(channel.name) > 120:
        raise _invalid("name", "At most 120 characters.")


def _set_config(channel: Channel, given: Mapping[str, Any]) -> None:
    fields = _transport(channel.kind).CONFIG
    secret = {field.name for field in fields if field.is_secret}
    kept = {k: v for k, v in given.items() if k not in secret or v not in ("", None)}
    stored = {**channel.config, **opened_or_empty(channel.secrets)}
    values = clean_config(fields, {**stored, **kept})
    channel.config, channel.secrets = split_secrets(fields, values)


def _set_manners(channel: Channel, given: Mapping[str, Any]) -> None:
    if unknown := set(given) - MANNERS:
        raise TypeError(f"a channel has no {', '.join(sorted(unknown))}")
    for name, value in given.items():
        setattr(channel, name, value)
    problems = quiet_problems(channel.quiet_from, channel.quiet_until)
    if channel.language and channel.language not in Language.values:
        problems["language"] = [f"Must be one of {', '.join(Language.values)}."]
    if problems:
        raise InvalidInputError("The channel is not valid.", fields=problems)


def _save(channel: Channel, *, update_fields: list[str] | None = None) -> None:
    try:
        with transaction.atomic():
            channel.save(update_fields=update_fields)
    except IntegrityError:
        raise _invalid("name", "The team has a channel of this name.") from None


def _invalid(field: str, message: str) -> InvalidInputError:
    return InvalidInputError("The channel is not valid.", fields={field: [message]})
