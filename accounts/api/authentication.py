"""`Authorization: Api-Key <key>`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.models import AnonymousUser
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from accounts.models import ApiKey
from accounts.services import api_key_authenticate

if TYPE_CHECKING:
    from rest_framework.request import Request

KEYWORD = "Api-Key"


class ApiKeyUser(AnonymousUser):
    """Stands for the holder of a key where Django asks for a user; rights come from the key."""

    @property
    def is_authenticated(self) -> bool:  # type: ignore[override]
        return True


class ApiKeyAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[ApiKeyUser, ApiKey] | None:
        """Raises AuthenticationFailed for a key that is unknown, expired or revoked alike."""
        words = get_authorization_header(request).split()
        if not words or words[0].lower() != KEYWORD.lower().encode():
            return None
        key = api_key_authenticate(words[1].decode("latin-1")) if len(words) == 2 else None
        if key is None:
            raise AuthenticationFailed("This API key is not valid.")
        return ApiKeyUser(), key

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD
