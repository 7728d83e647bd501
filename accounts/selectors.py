"""What is asked about teams and rights."""

from __future__ import annotations

from accounts.actors import has_role
from accounts.choices import Role
from accounts.models import Preferences, Team, User


def team_ids_with_role(*, actor: object, role: Role) -> list[int]:
    """Ids of the teams in which the actor holds at least `role`; none for a stranger."""
    teams = Team.objects.visible_to(actor).order_by("pk").values_list("pk", flat=True)
    return [team_id for team_id in teams if has_role(actor, team_id, role)]


def preferences_of(user: User) -> Preferences:
    """The person's own, or the defaults (not stored) while they have set none."""
    return Preferences.objects.filter(user=user).first() or Preferences(user=user)


class TeamNotFoundError(LookupError):
    """No team answers to this short name, or it must be said which one is meant."""


def team_by_slug_or_only(slug: str | None) -> Team:
    """For commands: the team of this short name, or the only one there is. Raises
    TeamNotFoundError with the short names to choose from."""
    teams = list(Team.objects.order_by("pk"))
    if slug:
        found = [team for team in teams if team.slug == slug]
        if found:
            return found[0]
    elif len(teams) == 1:
        return teams[0]
    known = ", ".join(team.slug for team in teams[:20]) or "none yet (run init_db)"
    wrong = f"There is no team {slug!r}." if slug else "Say which team with --team."
    raise TeamNotFoundError(f"{wrong} Teams: {known}.")
