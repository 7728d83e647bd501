"""/api/v1/telegram/link/"""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.permissions import actor_of
from accounts.api.viewsets import VisibleRelatedField, chosen_team
from accounts.models import Team, User
from common.openapi import failing
from notifications.telegram_bot.linking import TOKEN_VALID, deep_links, token_create
from notifications.telegram_bot.naming import bot_username


class TelegramLinkRequestSerializer(serializers.Serializer[Any]):
    team = VisibleRelatedField(queryset=Team.objects.all(), required=False)


class TelegramLinkAnswerSerializer(serializers.Serializer[Any]):
    """Addresses for a person to open: `private` begins a chat with the bot, `group` adds it to one."""

    private = serializers.URLField()
    group = serializers.URLField()
    expires_in = serializers.IntegerField(help_text="Seconds.")


class TelegramLinkView(APIView):
    """Deep links that bind a Telegram chat to the caller and one of their teams."""

    @extend_schema(
        summary="Link a Telegram chat",
        tags=["channels"],
        request=TelegramLinkRequestSerializer,
        responses={201: TelegramLinkAnswerSerializer, **failing(409)},
    )
    def post(self, request: Request) -> Response:
        """Makes a link that works once. A chat belongs to a person, so a key cannot ask for it."""
        user = actor_of(request)
        if not isinstance(user, User):
            raise PermissionDenied("Log in as a person: a chat is linked to one.")
        body = TelegramLinkRequestSerializer(data=request.data, context={"request": request})
        body.is_valid(raise_exception=True)
        team = chosen_team(request, body.validated_data.get("team"))
        name = bot_username()
        links = deep_links(name, token_create(user=user, team=team))
        answer = {**links, "expires_in": int(TOKEN_VALID.total_seconds())}
        return Response(TelegramLinkAnswerSerializer(answer).data, status=201)
