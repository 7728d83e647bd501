"""Tokens have no pages: their rows hold ids only, and people have none to look at."""

from __future__ import annotations

from django.contrib import admin
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

for _model in (OutstandingToken, BlacklistedToken):
    if admin.site.is_registered(_model):  # the library does it
        admin.site.unregister(_model)
