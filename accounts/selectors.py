"""What is asked about teams and rights."""

from __future__ import annotations

from accounts.actors import has_role
from accounts.choices import Role
from accounts.models import Team


def team_ids_with_role(*, actor: object, role: Role) -> list[int]:
    """Ids of the teams in which the actor holds at least `role`; none for a stranger."""
    teams = Team.objects.visible_to(actor).order_by("pk").values_list("pk", flat=True)
    return [team_id for team_id in teams if has_role(actor, team_id, role)]
