"""Mounts the API of every app under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, re_path
from rest_framework.routers import DefaultRouter

from accounts.api import schema as schema  # describes the ways in to OpenAPI
from accounts.api.teams import TeamViewSet
from accounts.api.tokens import ObtainView, RenewView, RevokeView
from common.drf import not_found
from monitoring.api.cycle import CycleView, StatusView
from monitoring.api.items import ItemViewSet
from monitoring.api.monitors import MonitorViewSet
from monitoring.api.records import HistoryViewSet, PollRunViewSet, StockRecordViewSet
from monitoring.api.silences import SilenceViewSet
from monitoring.api.websites import WebsiteViewSet
from notifications.api.callbacks import TwilioCallbackView
from notifications.api.channels import ChannelViewSet
from notifications.api.notifications import NotificationViewSet
from notifications.api.subscriptions import SubscriptionViewSet
from notifications.api.telegram import TelegramLinkView
from notifications.api.timelines import AlertTimelineViewSet

router = DefaultRouter()
router.include_root_view = False
router.register("teams", TeamViewSet)
router.register("websites", WebsiteViewSet)
router.register("monitors", MonitorViewSet)
router.register("stock-records", StockRecordViewSet)
router.register("history", HistoryViewSet)
router.register("poll-runs", PollRunViewSet)
router.register("alerts", AlertTimelineViewSet)
router.register("silences", SilenceViewSet)
router.register("items", ItemViewSet, basename="item")
router.register("channels", ChannelViewSet)
router.register("subscriptions", SubscriptionViewSet)
router.register("notifications", NotificationViewSet)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("runtime.api.urls")),
    path("auth/token/", ObtainView.as_view(), name="token"),
    path("auth/token/refresh/", RenewView.as_view(), name="token-refresh"),
    path("auth/token/revoke/", RevokeView.as_view(), name="token-revoke"),
    path("cycle/", CycleView.as_view(), name="cycle"),
    path("status/", StatusView.as_view(), name="status"),
    path("callbacks/twilio/", TwilioCallbackView.as_view(), name="twilio-callback"),
    path("telegram/link/", TelegramLinkView.as_view(), name="telegram-link"),
    *router.urls,
    re_path(r"", not_found),
]
