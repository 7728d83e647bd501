"""What all pages of the set-up have around them."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import Team
from runtime.firstrun.access import user_of
from runtime.firstrun.standing import STEPS, Standing, Step, address_of, standing_of


class Stop(NamedTuple):
    """A step as the line above the page shows it."""

    step: Step
    number: int
    url: str
    is_current: bool
    is_done: bool


def page(
    request: HttpRequest, team: Team, step: str, *, rows: dict[str, int] | None = None, **shown: Any
) -> HttpResponse:
    """`rows`: step -> id of the row this walk is about, where it is not the newest."""
    standing = standing_of(team, user_of(request))
    context = {
        **admin.site.each_context(request),
        "title": gettext("Set up"),
        "team": team,
        "stops": stops(team, standing, step, rows or {}),
        "standing": standing,
        "overview_url": reverse("admin:index"),
        **shown,
    }
    return TemplateResponse(request, f"admin/setup/{step}.html", context)


def stops(team: Team, standing: Standing, current: str, rows: dict[str, int]) -> list[Stop]:
    done = {
        "shop": standing.website is not None or standing.is_watched,
        "test": standing.is_listed or standing.is_watched,
        "products": standing.is_watched,
        "tell": standing.channel is not None,
        "try": standing.is_tried,
        "done": False,
    }
    found = []
    for number, step in enumerate(STEPS, 1):
        url = address_of(step.name, team, standing)
        if step.name in rows:
            url = reverse(f"setup:{step.name}", args=[team.pk, rows[step.name]])
        found.append(Stop(step, number, url, step.name == current, done[step.name]))
    return found
