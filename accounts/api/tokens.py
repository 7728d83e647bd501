"""/api/v1/auth/token/, refresh/ and revoke/: people's log-ins for programs (JSON Web Tokens)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.http import HttpRequest
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, ErrorDetail, Throttled
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.authentication import KEYWORD
from accounts.api.throttles import ActorThrottle, LoginThrottle
from accounts.lockout import is_locked_out, lock_seconds, lock_sentence
from accounts.models import User
from accounts.services.tokens import login_begin, login_end, login_renew
from accounts.services.twofactor import WrongCodeError, two_factor_check
from common.openapi import failing

TOO_LONG = 4096


class LockedOutError(Throttled):
    """429 for whoever guessed too often; Retry-After is made of `wait` (seconds)."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait=wait)
        self.detail = ErrorDetail(lock_sentence(wait), "locked_out")


class CredentialsSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=TOO_LONG, trim_whitespace=False, write_only=True)
    otp = serializers.CharField(
        max_length=64,
        required=False,
        allow_blank=True,
        write_only=True,
        help_text="Code of the authenticator app or a backup code, where two-factor is on.",
    )


class RefreshSerializer(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=TOO_LONG, write_only=True)


class TokenPairSerializer(serializers.Serializer[Any]):
    access = serializers.CharField(help_text="For `Authorization: Bearer <access>`.")
    refresh = serializers.CharField(help_text="Buys the next pair, once.")
    expires_in = serializers.IntegerField(help_text="Seconds the access token is good for.")


class TokenView(APIView):
    """Open to all: what is sent is the proof."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (ActorThrottle,)

    def get_authenticate_header(self, request: Request) -> str:
        """Without it the framework would answer 403 where 401 is meant."""
        return KEYWORD


@extend_schema(tags=["auth"], auth=[])
class ObtainView(TokenView):
    throttle_classes = (LoginThrottle,)  # type: ignore[assignment]

    @extend_schema(
        operation_id="auth_token_create",
        summary="Log in",
        request=CredentialsSerializer,
        responses={200: TokenPairSerializer, **failing(401)},
    )
    def post(self, request: Request) -> Response:
        """A short access token and a refresh token for name and password of a person."""
        body = CredentialsSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        plain: HttpRequest = request._request
        username, given = body.validated_data["username"], body.validated_data.get("otp", "")
        user = authenticate(plain, username=username, password=body.validated_data["password"])
        if is_locked_out(plain):
            raise LockedOutError(lock_seconds(plain, username))
        if not isinstance(user, User):
            raise AuthenticationFailed("User name or password are wrong.")
        if user.two_factor_at is not None:
            _check_code(plain, user, given)
        user_logged_in.send(sender=User, request=plain, user=user)  # forgets wrong tries
        return Response(TokenPairSerializer(login_begin(user=user)).data)


@extend_schema(tags=["auth"], auth=[])
class RenewView(TokenView):
    @extend_schema(
        operation_id="auth_token_refresh",
        summary="Renew a log-in",
        request=RefreshSerializer,
        responses={200: TokenPairSerializer, **failing(401)},
    )
    def post(self, request: Request) -> Response:
        """A new pair. A refresh token works once; a second use of it ends the log-in."""
        pair = login_renew(refresh=_refresh_of(request))
        if pair is None:
            raise AuthenticationFailed(
                "This token is not valid or has expired.", code="token_not_valid"
            )
        return Response(TokenPairSerializer(pair).data)


@extend_schema(tags=["auth"], auth=[])
class RevokeView(TokenView):
    @extend_schema(
        operation_id="auth_token_revoke",
        summary="Log out",
        request=RefreshSerializer,
        responses={204: None},
    )
    def post(self, request: Request) -> Response:
        """Ends the log-in: none of its tokens works any more. The answer is the same for a token
        that is none (RFC 7009)."""
        login_end(refresh=_refresh_of(request))
        return Response(status=204)


def _check_code(request: HttpRequest, user: User, code: str) -> None:
    """Raises AuthenticationFailed. Wrong codes count as wrong passwords do."""
    if not code:
        raise AuthenticationFailed("The code of the second factor is missing.", code="otp_required")
    try:
        two_factor_check(user=user, code=code)
    except WrongCodeError as error:
        credentials = {"username": user.get_username()}
        user_login_failed.send(sender=__name__, credentials=credentials, request=request)
        if is_locked_out(request):
            raise LockedOutError(lock_seconds(request, user.get_username())) from None
        raise AuthenticationFailed(error.message, code="otp_wrong") from None


def _refresh_of(request: Request) -> str:
    body = RefreshSerializer(data=request.data)
    body.is_valid(raise_exception=True)
    return str(body.validated_data["refresh"])
