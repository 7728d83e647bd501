"""Whether the admin offers the set-up to somebody, and what it says is left to do."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest

from accounts.models import User
from runtime.firstrun.standing import STEPS, address_of, next_step, owned_teams, standing_of

LATER = "setup_later"
LATER_SECONDS = 90 * 86_400


class Offer(NamedTuple):
    """`next_title` is the step it goes on with."""

    url: str
    is_begun: bool
    next_title: str
    next_number: int
    team: str
    """Its name, where the person owns several."""


def offer_of(request: HttpRequest) -> Offer | None:
    """For owners of a team that watches nothing yet, or tells nobody; the oldest such team."""
    user = request.user
    if not (isinstance(user, User) and user.is_active and user.is_staff):
        return None
    teams = owned_teams(user)
    for team in teams:
        standing = standing_of(team, user)
        if standing.is_ready:
            continue
        name = next_step(standing)
        number = next(n for n, step in enumerate(STEPS) if step.name == name)
        return Offer(
            address_of(name, team, standing),
            standing.website is not None or standing.channel is not None,
            str(STEPS[number].title),
            number + 1,
            team.name if len(teams) > 1 else "",
        )
    return None


def is_put_off(request: HttpRequest) -> bool:
    return request.COOKIES.get(LATER) == str(request.user.pk)
