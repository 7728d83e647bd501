"""Writes about who owns what and who may come in: teams, members, API keys; log-ins in `tokens`."""

from accounts.services.keys import (
    ROTATION_GRACE,
    api_key_authenticate,
    api_key_create,
    api_key_revoke,
    api_key_rotate,
)
from accounts.services.teams import (
    membership_remove,
    membership_set,
    team_create,
    team_update,
)

__all__ = [
    "ROTATION_GRACE",
    "api_key_authenticate",
    "api_key_create",
    "api_key_revoke",
    "api_key_rotate",
    "membership_remove",
    "membership_set",
    "team_create",
    "team_update",
]
