from __future__ import annotations

from django.urls import path

from runtime import views
from runtime.metrics.views import metrics

urlpatterns = [
    path("", views.home, name="home"),
    path("health", views.health, name="health"),
    path("metrics", metrics, name="metrics"),
]
