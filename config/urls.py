"""Addresses of the project; contract section 4 fixes the names."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import (
    SpectacularJSONAPIView,
    SpectacularRedocView,
    SpectacularSwaggerView,
)

from accounts.languages import language_choose
from common.openapi import MadeOnce
from notifications.telegram_bot.webhook import telegram_webhook
from runtime import configpage

handler400 = "common.drf.bad_request"
handler404 = "common.drf.page_not_found"
handler500 = "common.drf.server_error"

admin.autodiscover()

urlpatterns = [
    path("", include("runtime.urls")),
    *configpage.urls(),
    path("language/", language_choose, name="set_language"),
    path("admin/setup/", include("runtime.firstrun.urls")),
    path("admin/", admin.site.urls),
    path("telegram/webhook/", telegram_webhook, name="telegram-webhook"),
    path("n/", include("notifications.urls")),
    path("", include("monitoring.board.urls")),
    path("openapi.json", SpectacularJSONAPIView.as_view(generator_class=MadeOnce), name="openapi"),
    path("docs", SpectacularSwaggerView.as_view(url_name="openapi"), name="docs"),
    path("redoc", SpectacularRedocView.as_view(url_name="openapi"), name="redoc"),
    path("api/v1/docs", SpectacularSwaggerView.as_view(url_name="openapi"), name="api-docs"),
    path("api/v1/", include("config.api")),
]
