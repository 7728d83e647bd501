"""Who may walk through the set-up of a team: its owners. Rows of others do not exist."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from accounts.admin.rights import holds
from accounts.choices import Role
from accounts.models import Team, User
from notifications.models import Channel
from notifications.privacy import is_private
from websites.models import Website
from websites.sources.registry import polled_kinds

P = ParamSpec("P")


def of_team(
    view: Callable[Concatenate[HttpRequest, Team, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """A page of the admin whose address begins with a team."""

    @wraps(view)
    def page(request: HttpRequest, team: int, *args: P.args, **ids: P.kwargs) -> HttpResponse:
        return view(request, team_for(request, team), *args, **ids)

    return cast("Callable[..., HttpResponse]", admin.site.admin_view(page))


def team_for(request: HttpRequest, pk: int) -> Team:
    """Raises Http404 for a team of others, PermissionDenied for too weak a role."""
    if not holds(request, Role.VIEWER, pk):
        raise Http404
    team = get_object_or_404(Team, pk=pk)
    if not holds(request, Role.OWNER, pk):
        raise PermissionDenied
    return team


def owns_a_team(request: HttpRequest) -> bool:
    """Whether the menu shows the way in."""
    return holds(request, Role.OWNER)


def website_for(team: Team, pk: int) -> Website:
    """One that is read by us. Raises Http404."""
    return get_object_or_404(Website, pk=pk, team=team, source__in=polled_kinds())


def channel_for(request: HttpRequest, team: Team, pk: int) -> Channel:
    """Raises Http404, also for what is another person's own."""
    channel = get_object_or_404(Channel, pk=pk, team=team)
    if is_private(channel, request.user):
        raise Http404
    return channel


def user_of(request: HttpRequest) -> User:
    if not isinstance(request.user, User):  # admin_view lets nobody else in
        raise PermissionDenied
    return request.user
