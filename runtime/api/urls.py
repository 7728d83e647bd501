from __future__ import annotations

from django.urls import path

from runtime.api.views import AliveView, ReadyView

urlpatterns = [
    path("health/", AliveView.as_view(), name="health-alive"),
    path("health/ready", ReadyView.as_view(), name="health-ready"),
]
