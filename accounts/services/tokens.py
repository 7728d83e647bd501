"""Log-ins by token: begin, renew, end. Who steals a refresh token ends the log-in, not owns it."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken
from rest_framework_simplejwt.utils import datetime_from_epoch

from accounts.models import User
from accounts.tokens import FAMILY, Access, Refresh, family_mark, issue, mark, user_of

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TokenPair:
    access: str
    refresh: str
    expires_in: int
    """Seconds the access token is good for."""


def login_begin(*, user: User) -> TokenPair:
    """For a user whose password was just checked."""
    return _pair(issue(user))


def login_renew(*, refresh: str) -> TokenPair | None:
    """New tokens for a refresh token that was not used before; None for any other.

    A second use means that two parties hold it: the whole log-in ends (RFC 9700, 4.14.2).
    """
    token = _read(refresh)
    if token is None:
        return None
    user = user_of(token)
    if user is None:
        return None
    if not mark(token["jti"], user_id=user.pk, expires_at=datetime_from_epoch(token["exp"])):
        logger.warning("refresh_token_used_twice user=%s", user.pk)
        _end(token)
        return None
    return _pair(issue(user, token[FAMILY]))


def login_end(*, refresh: str) -> None:
    """Every token of this log-in opens nothing from now on; a text that is no token ends nothing."""
    token = _read(refresh)
    if token is not None:
        _end(token)


def access_user(access: str) -> User | None:
    """Whom an access token stands for; None when it opens nothing (any more)."""
    try:
        return user_of(Access(access))  # type: ignore[arg-type]  # a text, whatever it says
    except TokenError:
        return None


def tokens_prune() -> int:
    """Forgets tokens that are too old to be used anyway; returns how many."""
    return OutstandingToken.objects.filter(expires_at__lte=timezone.now()).delete()[0]


def _read(refresh: str) -> Refresh | None:
    try:
        return Refresh(refresh)  # type: ignore[arg-type]
    except TokenError:
        return None


def _end(token: Refresh) -> None:
    """No token of the family outlives this mark: none is issued any more."""
    user_id = User.objects.filter(pk=token.get("user_id")).values_list("pk", flat=True).first()
    until = timezone.now() + (Refresh.lifetime or timedelta())
    mark(family_mark(token[FAMILY]), user_id=user_id, expires_at=until)


def _pair(token: Refresh) -> TokenPair:
    access = token.access_token
    return TokenPair(
        access=str(access), refresh=str(token), expires_in=access["exp"] - access["iat"]
    )
