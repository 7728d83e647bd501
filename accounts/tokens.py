"""JSON Web Tokens of a person's log-in: a short access token and a refresh token used once.

All tokens that grew out of one log-in are a family, named after the first refresh token. A family
that was ended lets nobody in, neither with a refresh token nor with an access token. Spent refresh
tokens and ended families are rows of the library's blacklist; the texts of tokens are not kept.
"""

from __future__ import annotations

from typing import Any

from django.utils.crypto import constant_time_compare
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts.models import User

FAMILY = "family"
LOGIN = "login"
"""Claim that changes with the password of the user, as that of a session does."""


class Access(AccessToken):
    """Raises TokenError for one that is forged, expired, or of a family that was ended."""

    def verify(self) -> None:
        super().verify()
        refuse_ended(self)


class Refresh(RefreshToken):
    """As Access. Whether it was spent is asked by whoever spends it, see `spend`."""

    access_token_class = Access

    def check_blacklist(self) -> None:
        refuse_ended(self)


def refuse_ended(token: Token) -> None:
    family = token.get(FAMILY)
    if not family or BlacklistedToken.objects.filter(token__jti=family_mark(family)).exists():
        raise TokenError("The log-in was ended.")


def family_mark(family: str) -> str:
    """How an ended family is written down; its first token has a row of its own."""
    return f"family:{family}"


def issue(user: User, family: str | None = None) -> Refresh:
    """A refresh token of the family, or the first one of a new family."""
    token = Refresh()
    token["user_id"] = str(user.pk)
    token[LOGIN] = user.get_session_auth_hash()
    token[FAMILY] = family or token["jti"]
    return token


def user_of(token: Token) -> User | None:
    """The active user of a token, None when the account or its password is not what it was."""
    user = User.objects.filter(pk=token.get("user_id"), is_active=True).first()
    if user is None or not constant_time_compare(
        str(token.get(LOGIN, "")), user.get_session_auth_hash()
    ):
        return None
    return user


def mark(jti: str, *, user_id: Any, expires_at: Any) -> bool:
    """Puts a token on the list; False when it was there. One caller only ever gets True."""
    row, _ = OutstandingToken.objects.get_or_create(
        jti=jti, defaults={"user_id": user_id, "token": "", "expires_at": expires_at}
    )
    return BlacklistedToken.objects.get_or_create(token=row)[1]
