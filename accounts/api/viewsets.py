"""The base of every viewset: rows of the actor's teams only, a role for every action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar, cast

from django.db.models import Model
from rest_framework import mixins, serializers, viewsets
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from accounts.actors import has_role
from accounts.api.permissions import actor_of
from accounts.choices import Role
from accounts.models import ApiKey, Team
from accounts.querysets import TeamScopedQuerySet
from accounts.selectors import team_ids_with_role

M = TypeVar("M", bound=Model)
READING = {"list": Role.VIEWER, "retrieve": Role.VIEWER, "metadata": Role.VIEWER}


class TeamScopedViewSet(viewsets.GenericViewSet[M], Generic[M]):
    """`required_roles` names the role of every action that is not reading.

    A row of another team does not exist (404); a row of one's own team that one may not change is
    refused (403). `team_of` tells which team a row belongs to.
    """

    required_roles: ClassVar[Mapping[str, Role]] = {}

    @property
    def actor(self) -> Any:
        return actor_of(self.request)

    def get_queryset(self) -> Any:
        queryset: Any = super().get_queryset()
        if not isinstance(queryset, TeamScopedQuerySet):
            raise TypeError(f"{type(self).__name__} serves rows that belong to no team")
        if getattr(self, "swagger_fake_view", False):
            return queryset.none()
        return queryset.visible_to(self.actor)

    def role_for(self, action: str | None) -> Role:
        return {**READING, **self.required_roles}.get(action or "", Role.OWNER)

    def team_id_of(self, row: Any) -> int:
        """Follows the queryset's `team_path` from the row."""
        value = row
        for name in cast(Any, self).queryset.team_path.split("__"):
            value = getattr(value, name)
        return int(value)

    def check_permissions(self, request: Request) -> None:
        """Who may do it in no team at all is told so before the body is looked at."""
        super().check_permissions(request)
        if self.detail or not self.action:
            return
        needed = self.role_for(self.action)
        if needed != Role.VIEWER and not team_ids_with_role(actor=self.actor, role=needed):
            raise _refusal(needed)

    def check_object_permissions(self, request: Request, obj: Any) -> None:
        super().check_object_permissions(request, obj)
        self.require_role(self.team_id_of(obj))

    def require_role(self, team_id: int) -> None:
        """Raises PermissionDenied when the actor's role does not reach for this action."""
        needed = self.role_for(self.action)
        if not has_role(self.actor, team_id, needed):
            raise _refusal(needed)


def _refusal(needed: Role) -> PermissionDenied:
    return PermissionDenied(f"This takes the role {needed.label.lower()}.")


class ListRetrieveViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, TeamScopedViewSet[M], Generic[M]
):
    """Read-only rows."""


class VisibleRelatedField(serializers.PrimaryKeyRelatedField[M]):
    """A foreign key that knows only rows the actor may see: another team's id does not exist."""

    def get_queryset(self) -> Any:
        queryset: Any = super().get_queryset()
        return queryset.visible_to(actor_of(self.context["request"]))


def chosen_team(request: Request, given: Team | None) -> Team:
    """The team a new row belongs to: the key's, the one given, or the only one of the user.

    Raises ValidationError when the user has several teams and named none.
    """
    actor = actor_of(request)
    if isinstance(actor, ApiKey):
        if given is not None and given.pk != actor.team_id:
            raise serializers.ValidationError({"team": ["This key belongs to another team."]})
        return actor.team
    if given is not None:
        return given
    teams = list(Team.objects.visible_to(actor)[:2])
    if len(teams) == 1:
        return teams[0]
    raise serializers.ValidationError({"team": ["Say which of your teams this belongs to."]})
