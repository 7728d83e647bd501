"""How the REST framework and the tokens of its log-ins are set up."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.api.authentication.ApiKeyAuthentication",
        "accounts.api.authentication.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.permissions.IsActor"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.throttles.ActorThrottle"],
    "DEFAULT_PAGINATION_CLASS": "common.drf.Pagination",
    "DEFAULT_FILTER_BACKENDS": [
        "django_filters.rest_framework.DjangoFilterBackend",
        "rest_framework.filters.SearchFilter",
        "common.drf.StableOrdering",
    ],
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS would describe rows before any check of rights
    "EXCEPTION_HANDLER": "common.drf.exception_handler",
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.drf_parser.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "common.openapi.Schema",
}


def tokens(secret_key: str, *, access_minutes: int, days: int) -> dict[str, Any]:
    """Settings of simplejwt. Its key is made of ours for this one use, so that nothing else we
    sign can ever be read as a token; a new SECRET_KEY ends all log-ins, as it does for sessions."""
    return {
        "ACCESS_TOKEN_LIFETIME": timedelta(minutes=access_minutes),
        "REFRESH_TOKEN_LIFETIME": timedelta(days=days),
        "ALGORITHM": "HS256",
        "SIGNING_KEY": hashlib.sha256(f"log-in tokens:{secret_key}".encode()).hexdigest(),
    }
