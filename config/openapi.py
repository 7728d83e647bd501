"""What the OpenAPI document and its two pages say and load."""

from __future__ import annotations

from typing import Any

TAGS = {
    "auth": "Log-ins of people. Programs of your own are better off with an API key.",
    "teams": "The teams of the caller.",
    "websites": "Shops a team watches, and how they are read.",
    "monitors": "Products a team watches, and their stock.",
    "stock-records": "What was seen when something changed.",
    "history": "Events: what happened.",
    "poll-runs": "Every reading of a website.",
    "channels": "Where messages go.",
    "subscriptions": "Which events go where.",
    "notifications": "Messages and what became of them.",
    "cycle": "Poll now.",
    "status": "Counts.",
    "health": "For load balancers; open to all.",
}


def build(*, app_name: str, app_version: str) -> dict[str, Any]:
    return {
        "TITLE": f"{app_name} API",
        "VERSION": app_version,
        "TAGS": [{"name": name, "description": text} for name, text in TAGS.items()],
        "SCHEMA_PATH_PREFIX": "/api/v1",
        "SERVE_INCLUDE_SCHEMA": False,
        # What is sent and what is answered differ: ids and times only come, secrets only go.
        "COMPONENT_SPLIT_REQUEST": True,
        "ENUM_NAME_OVERRIDES": {
            "MonitorStatusEnum": "monitoring.choices.MonitorStatus",
            "NotificationStatusEnum": "notifications.choices.NotificationStatus",
        },
        "POSTPROCESSING_HOOKS": [
            "drf_spectacular.hooks.postprocess_schema_enums",
            "common.openapi.say_what_is_always_there",
            "config.examples.show",
        ],
        # Everything comes from this server: no validator, no fonts, no scripts from elsewhere.
        "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},
        "REDOC_UI_SETTINGS": {"disableSearch": False},
        "SWAGGER_UI_DIST": "SIDECAR",
        "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
        "REDOC_DIST": "SIDECAR",
    }
