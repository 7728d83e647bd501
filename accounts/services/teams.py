"""Writes about teams and their members."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.text import slugify

from accounts.choices import Role
from accounts.models import Membership, Team, User
from common.errors import ConflictError, InvalidInputError


def team_create(*, name: str, slug: str | None = None, owner: User | None = None) -> Team:
    """A team, with its first owner where one is given. Raises InvalidInputError for a taken slug."""
    chosen = slug or slugify(name)[:60] or "team"
    with transaction.atomic():
        if Team.objects.filter(slug=chosen).exists():
            raise InvalidInputError(
                f"A team with the short name {chosen} exists.", fields={"slug": ["Already taken."]}
            )
        team = Team.objects.create(name=name, slug=chosen)
        if owner is not None:
            membership_set(team=team, user=owner, role=Role.OWNER)
    return team


EDITABLE = frozenset(
    {"name", "time_zone", "language", "low_stock_threshold", "reminders", "reminder_hour",
     "is_board_on", "is_quantity_on_board"}
)  # fmt: skip


def team_update(*, team: Team, **changes: Any) -> Team:
    """Changes what an owner may. Raises InvalidInputError; TypeError for another field."""
    if unknown := set(changes) - EDITABLE:
        raise TypeError(f"team_update() cannot change {', '.join(sorted(unknown))}")
    for name, value in changes.items():
        setattr(team, name, value)
    problems: dict[str, list[str]] = {}
    try:
        team.clean_fields(exclude={"slug", "public_id"})
    except ValidationError as error:
        problems = error.message_dict
    if team.time_zone not in available_timezones():
        problems["time_zone"] = [f"There is no time zone {team.time_zone!r}."]
    if problems:
        raise InvalidInputError("The team is not valid.", fields=problems)
    team.save(update_fields=[*changes, "updated_at"])
    return team


def membership_set(*, team: Team, user: User, role: Role) -> Membership:
    """Adds the user or changes the role. Raises ConflictError when no owner would be left."""
    with transaction.atomic():
        if role != Role.OWNER:
            _keep_an_owner(team, user)
        membership, _ = Membership.objects.update_or_create(
            team=team, user=user, defaults={"role": role}
        )
    return membership


def membership_remove(*, membership: Membership) -> None:
    """Raises ConflictError when no owner would be left."""
    with transaction.atomic():
        _keep_an_owner(membership.team, membership.user)
        membership.delete()


def _keep_an_owner(team: Team, leaving: User) -> None:
    owners = set(
        team.memberships.select_for_update()
        .filter(role=Role.OWNER)
        .values_list("user_id", flat=True)
    )
    if owners == {leaving.pk}:
        raise ConflictError("A team needs an owner.", advice="Make another member owner first.")
