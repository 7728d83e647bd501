from __future__ import annotations

from django.urls import path

from monitoring.board import views

urlpatterns = [
    path("board/<slug:slug>/", views.board, name="board"),
    path("board/<slug:slug>/products.json", views.products, name="board-products"),
    path("board/<slug:slug>/feed.atom", views.feed, name="board-feed"),
    path("badge/<uuid:public_id>.svg", views.badge, name="board-badge"),
]
