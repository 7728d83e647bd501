"""Writes about who owns what and who may come in: teams, members, API keys; log-ins in `tokens`."""

from accounts.services.keys import (
    api_key_authenticate,
    api_key_create,
    api_key_revoke,
)
from accounts.services.teams import (
    membership_remove,
    membership_set,
    team_create,
)

__all__ = [
    "api_key_authenticate",
    "api_key_create",
    "api_key_revoke",
    "membership_remove",
    "membership_set",
    "team_create",
]
