"""Who may knock at all; what they may do is a matter of roles (viewsets)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

from accounts.actors import Actor
from accounts.models import ApiKey

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


def actor_of(request: Request) -> object:
    """The API key, else the user."""
    return request.auth if isinstance(request.auth, ApiKey) else request.user


class IsActor(BasePermission):
    """Somebody who logged in, with a session or a key."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(actor_of(request), Actor)
