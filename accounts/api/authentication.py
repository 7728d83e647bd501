"""`Authorization: Api-Key <key>` and `Authorization: Bearer <access token>`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiKey, User
from accounts.services import api_key_authenticate
from accounts.services.tokens import access_user

if TYPE_CHECKING:
    from rest_framework.request import Request

KEYWORD = "Api-Key"
BEARER = "Bearer"


class ApiKeyUser(AnonymousUser):
    """Stands for the holder of a key where Django asks for a user; rights come from the key."""

    @property
    def is_authenticated(self) -> bool:  # type: ignore[override]
        return True


class ApiKeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[ApiKeyUser, ApiKey] | None:
        """Raises AuthenticationFailed for a key that is unknown, expired or revoked alike."""
        given = _credential(request, KEYWORD)
        if given is None:
            return None
        key = api_key_authenticate(given)
        if key is None:
            raise AuthenticationFailed("This API key is not valid.")
        return ApiKeyUser(), key

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD


class BearerAuthentication(BaseAuthentication):
    """A person's log-in by token (accounts/api/tokens.py); rights are those of the person."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        """Raises AuthenticationFailed for a token that is forged, expired or ended alike."""
        given = _credential(request, BEARER)
        if given is None:
            return None
        user = access_user(given)
        if user is None:
            raise AuthenticationFailed(
                "This token is not valid or has expired.", code="token_not_valid"
            )
        return user, None

    def authenticate_header(self, request: Request) -> str:
        return BEARER


def _credential(request: Request, keyword: str) -> str | None:
    """What stands after the keyword; "" when that is not one word, None for another keyword."""
    words = get_authorization_header(request).split()
    if not words or words[0].lower() != keyword.lower().encode():
        return None
    return words[1].decode("latin-1") if len(words) == 2 else ""
