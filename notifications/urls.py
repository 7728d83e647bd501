from __future__ import annotations

from django.urls import path

from notifications.pages import mute_page, unsubscribe_page

urlpatterns = [
    path("<str:token>/mute/", mute_page, name="link-mute"),
    path("<str:token>/unsubscribe/", unsubscribe_page, name="link-unsubscribe"),
]
