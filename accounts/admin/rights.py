"""What the user of a request may do in which team; memberships are read once per request."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.choices import Role
from accounts.models import Membership, Team, User
from accounts.querysets import TeamScopedQuerySet


def roles(request: HttpRequest) -> dict[int, Role]:
    """Team id -> role of the user; empty for superusers, who need none."""
    known = getattr(request, "_team_roles", None)
    if known is None:
        user = request.user
        known = {}
        if user.is_active and not user.is_superuser:
            rows = Membership.objects.filter(user_id=user.pk).values_list("team_id", "role")
            known = {team_id: Role(role) for team_id, role in rows}
        request._team_roles = known  # type: ignore[attr-defined]
    return cast(dict[int, Role], known)


def is_super(request: HttpRequest) -> bool:
    return request.user.is_active and request.user.is_superuser


def holds(request: HttpRequest, role: Role | None, team_id: int | None = None) -> bool:
    """At least `role` in the team, or in any team when none is given. Role None: superusers only."""
    if is_super(request):
        return True
    if role is None:
        return False
    held = roles(request)
    if team_id is not None:
        return team_id in held and held[team_id].rank >= role.rank
    return any(one.rank >= role.rank for one in held.values())


def teams_with(request: HttpRequest, role: Role | None) -> list[int]:
    """Ids of the teams in which the user holds at least `role`. Not for superusers."""
    return (
        []
        if role is None
        else [pk for pk, held in roles(request).items() if held.rank >= role.rank]
    )


def sees_many_teams(request: HttpRequest) -> bool:
    """False when a team column or filter would say the same in every row."""
    known = getattr(request, "_sees_many_teams", None)
    if known is None:
        known = Team.objects.count() > 1 if is_super(request) else len(roles(request)) > 1
        request._sees_many_teams = known  # type: ignore[attr-defined]
    return bool(known)


def visible(request: HttpRequest, rows: QuerySet[Any], role: Role | None) -> QuerySet[Any]:
    """Rows of the teams in which the user holds at least `role`.

    Users are visible to those who share a team with them. A model that belongs to no team is
    visible to superusers only.
    """
    if is_super(request):
        return rows
    if isinstance(rows, TeamScopedQuerySet):
        seen = rows.visible_to(request.user)
        if role == Role.VIEWER:
            return seen
        return seen.filter(**{f"{rows.team_path}__in": teams_with(request, role)})
    if issubclass(rows.model, User) and role is not None:
        shared = Membership.objects.filter(team_id__in=teams_with(request, role))
        return rows.filter(pk__in=shared.values("user_id"))
    return rows.none()


def team_id_of(row: Model) -> int | None:
    """The team a row belongs to, None for a row of no team. Follows `team_path` of its queryset."""
    rows = type(row)._default_manager.all()
    if not isinstance(rows, TeamScopedQuerySet):
        return None
    value: Any = row
    for step in rows.team_path.split("__"):
        value = getattr(value, step)
    return cast("int | None", value)
