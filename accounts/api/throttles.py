"""How often somebody may ask: a budget for every key, person and unknown address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.throttling import BaseThrottle

from accounts.api.permissions import actor_of
from accounts.models import ApiKey, User
from common.throttling import address_count, client_network, request_count

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView


class ActorThrottle(BaseThrottle):
    """Raises TooManyRequestsError instead of answering False: it knows the limit in words."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        actor = actor_of(request)
        if isinstance(actor, ApiKey):
            request_count(rate=settings.API_RATE_KEY, whose="with this API key", who=str(actor.pk))
        elif isinstance(actor, User):
            request_count(rate=settings.API_RATE_USER, whose="of this user", who=str(actor.pk))
        else:
            address_count(request, settings.API_RATE_ANONYMOUS)
        return True


class LoginThrottle(BaseThrottle):
    """Guessing passwords: few tries from one address, and few for one name from all addresses."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        rate = settings.API_RATE_LOGIN
        request_count(rate=rate, whose="to log in from this address", who=client_network(request))
        name = request.data.get("username") if isinstance(request.data, dict) else None
        if isinstance(name, str) and name:
            request_count(rate=rate, whose="to log in with this user name", who=name.casefold())
        return True
