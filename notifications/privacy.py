"""The addresses of a person are shown to that person only, not to their team."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from accounts.models import User

SHOWN = 2
"""Characters that are left of an address: enough to tell two of them apart."""


class Owned(Protocol):
    """What must be known of a Channel."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def config(self) -> Any: ...


def is_private(channel: Owned, actor: object) -> bool:
    """A channel of a person, looked at by anybody else: another member, or a key."""
    if channel.user_id is None:
        return False
    return not (isinstance(actor, User) and actor.pk == channel.user_id)


def shown_config(channel: Owned, actor: object) -> dict[str, Any]:
    """The open options, with the addresses of somebody else blotted out."""
    config: Mapping[str, Any] = channel.config
    if not is_private(channel, actor):
        return dict(config)
    return {name: _blotted(value) for name, value in config.items()}


def _blotted(value: Any) -> Any:
    if isinstance(value, list):
        return [_blotted(one) for one in value]
    return f"…{value[-SHOWN:]}" if isinstance(value, str) else value
