"""The way in: it leads to where the team stands, and can be put off."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.models import Team
from runtime.firstrun.access import of_team, user_of
from runtime.firstrun.offer import LATER, LATER_SECONDS
from runtime.firstrun.standing import address_of, next_step, owned_teams, standing_of


def start(request: HttpRequest) -> HttpResponse:
    """To the only team of an owner; who has several chooses one."""
    user = user_of(request)
    teams = owned_teams(user)
    if not teams and user.is_superuser:
        teams = list(Team.objects.order_by("pk")[:50])
    if not teams and not user.is_superuser:
        raise PermissionDenied
    if len(teams) == 1:
        return redirect("setup:team", teams[0].pk)
    context = {
        **admin.site.each_context(request),
        "title": gettext("Set up"),
        "teams": [(team, standing_of(team, user).is_ready) for team in teams],
        "add_url": reverse("admin:accounts_team_add"),
    }
    return TemplateResponse(request, "admin/setup/teams.html", context)


@of_team
def go_on(request: HttpRequest, team: Team) -> HttpResponse:
    """To the first step that is not done."""
    standing = standing_of(team, user_of(request))
    return redirect(address_of(next_step(standing), team, standing))


@require_POST
def later(request: HttpRequest) -> HttpResponse:
    """The overview offers the set-up no more in this browser."""
    user = user_of(request)
    messages.info(request, gettext("You find it again under “First steps” in the menu."))
    response = redirect("admin:index")
    response.set_cookie(
        LATER,
        str(user.pk),
        max_age=LATER_SECONDS,
        path="/admin/",
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response
