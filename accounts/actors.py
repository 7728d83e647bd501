"""An actor is a user or an API key: whoever asks. Rights come from memberships or the key's scope."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

from accounts.choices import Role


@runtime_checkable
class Actor(Protocol):
    """What User and ApiKey have in common."""

    @property
    def sees_all_teams(self) -> bool:
        """True for superusers only."""
        ...

    def team_ids(self) -> Iterable[int]:
        """Ids of the actor's teams, lazily (a subquery for users)."""
        ...

    def role_in(self, team_id: int) -> Role | None:
        """The actor's role in a team, None when the team is not theirs."""
        ...


def has_role(actor: object, team_id: int, role: Role) -> bool:
    """True when the actor holds at least `role` in the team; a stranger holds none."""
    if not isinstance(actor, Actor):
        return False
    held = actor.role_in(team_id)
    return held is not None and held.rank >= role.rank
