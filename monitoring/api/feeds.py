"""/api/v1/history/feed/: events as an Atom feed, for readers that know no headers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings

from accounts.api.feedtokens import PARAMETER, FeedTokenAuthentication, feed_token
from common.openapi import failing
from monitoring.models import MonitorHistory

ITEMS = 50
KIND = "application/atom+xml"


class FeedAddressSerializer(serializers.Serializer[Any]):
    url = serializers.CharField()


class WhateverIsAskedFor(BaseContentNegotiation):
    """Readers ask for all kinds of types; the feed is Atom, an error JSON."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class FeedMixin:
    """Two actions of the history's viewset."""

    # The two are those of the viewset this is mixed into.
    get_queryset: Any
    filter_queryset: Any
    actor: Any

    @extend_schema(
        summary="Feed (Atom)",
        responses={(200, KIND): OpenApiTypes.STR, **failing(400)},
    )
    @action(
        detail=False,
        methods=["get"],
        pagination_class=None,
        content_negotiation_class=WhateverIsAskedFor,
        authentication_classes=(
            FeedTokenAuthentication,
            *api_settings.DEFAULT_AUTHENTICATION_CLASSES,
        ),
    )
    def feed(self, request: Request) -> HttpResponse:
        """The newest 50 events as an Atom feed; takes the filters of the list."""
        rows = self.filter_queryset(self.get_queryset().select_related("monitor", "website"))
        return HttpResponse(
            atom(rows.order_by("-id")[:ITEMS]), content_type=f"{KIND}; charset=utf-8"
        )

    @extend_schema(
        summary="Address for a feed reader",
        responses={200: FeedAddressSerializer, **failing(400)},
    )
    @action(detail=False, methods=["get"], url_path="feed-address", pagination_class=None)
    def feed_address(self, request: Request) -> Response:
        """An address of the feed that needs no header; it takes over the filters of this request.

        It opens the feed only, and dies with the key, or the password of the person, that asked.
        """
        self.filter_queryset(self.get_queryset())  # refuses wrong filters now, not in the reader
        query = urlencode([*request.query_params.items(), (PARAMETER, feed_token(self.actor))])
        path = reverse("monitorhistory-feed")
        return Response({"url": f"{settings.PUBLIC_URL}{path}?{query}"})


def atom(events: Iterable[MonitorHistory]) -> str:
    feed = Atom1Feed(
        title=f"{settings.APP_NAME}: what happened", link=settings.PUBLIC_URL, description=""
    )
    for event in events:
        product = event.monitor.product_name if event.monitor else ""
        feed.add_item(
            title=f"{product or event.website.name}: {event.message}",
            link=(event.monitor.purchase_link if event.monitor else "") or settings.PUBLIC_URL,
            # A feed's description is HTML: names are text.
            description=escape(f"{event.website.name}: {event.get_event_type_display()}"),
            unique_id=f"urn:uuid:{event.public_id}",
            pubdate=event.created_at,
            updateddate=event.created_at,
            categories=[event.event_type],
        )
    text: str = feed.writeString("utf-8")
    return text
