"""Ownership as a queryset method: the only way rows become visible to anybody."""

from __future__ import annotations

from typing import Any, ClassVar, Self, TypeVar

from django.db import models

from accounts.actors import Actor

M = TypeVar("M", bound=models.Model)


class TeamScopedQuerySet(models.QuerySet[M]):
    """Rows of a team. `team_path` leads from the row to its team id (`website__team_id`)."""

    team_path: ClassVar[str] = "team_id"

    def visible_to(self, actor: object) -> Self:
        """The rows of the actor's teams; none for a stranger, all for a superuser."""
        if not isinstance(actor, Actor):
            return self.none()
        if actor.sees_all_teams:
            return self.all()
        return self.filter(**{f"{self.team_path}__in": actor.team_ids()})

    def of_team(self, team_id: int) -> Self:
        lookup: dict[str, Any] = {self.team_path: team_id}
        return self.filter(**lookup)
