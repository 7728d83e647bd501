"""Addresses for feed readers, which send no headers: the proof stands in the address itself.

Such a token opens what its giver may read, at the addresses that accept it and nowhere else. It
dies with the key it was made with, or with the password of its person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core import signing
from django.utils.crypto import constant_time_compare
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed

from accounts.api.authentication import KEYWORD, ApiKeyUser
from accounts.models import ApiKey, User

if TYPE_CHECKING:
    from rest_framework.request import Request

PARAMETER = "token"
SALT = "accounts.feed"


def feed_token(actor: ApiKey | User) -> str:
    if isinstance(actor, ApiKey):
        return signing.dumps({"key": actor.pk}, salt=SALT)
    return signing.dumps({"user": actor.pk, "login": actor.get_session_auth_hash()}, salt=SALT)


class FeedTokenAuthentication(BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, ApiKey | None] | None:
        """Raises AuthenticationFailed for a token that is forged or whose giver is gone alike."""
        given = request.query_params.get(PARAMETER)
        if given is None:
            return None
        giver = _giver(given)
        if giver is None:
            raise AuthenticationFailed("This address is not valid any more.")
        return (ApiKeyUser(), giver) if isinstance(giver, ApiKey) else (giver, None)

    def authenticate_header(self, request: Request) -> str:
        return KEYWORD


def _giver(given: str) -> ApiKey | User | None:
    try:
        claims = signing.loads(given, salt=SALT)
    except signing.BadSignature:
        return None
    if "key" in claims:
        key = ApiKey.objects.select_related("team").filter(pk=claims["key"]).first()
        return key if key is not None and key.is_usable else None
    user = User.objects.filter(pk=claims["user"], is_active=True).first()
    if user is None:
        return None
    is_same = constant_time_compare(claims["login"], user.get_session_auth_hash())
    return user if is_same else None
