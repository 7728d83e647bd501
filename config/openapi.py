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
    "alerts": "What somebody has to care about, and how one wants to be told.",
    "silences": "When nobody wants to hear.",
    "items": "Things whose stock you tell.",
    "channels": "Where messages go.",
    "subscriptions": "Which events go where.",
    "notifications": "Messages and what became of them.",
    "cycle": "Poll now.",
    "status": "Counts.",
    "health": "For load balancers; open to all.",
}

DESCRIPTION = """
Watches the stock of shops and tells you when a product comes back, runs low or sells out.

**Begin**: make an API key in the [admin](/admin/accounts/apikey/add/), then *Authorize* below with
`Api-Key <your key>`, or ask from anywhere:

    curl -H "Authorization: Api-Key $KEY" {url}/api/v1/monitors/

1. Create a website (`POST /api/v1/websites/`), test it (`check/`), watch its products (`import/`).
2. Create a channel, send a test through it (`test/`), subscribe it to events.
3. Read monitors and history; push stock to websites of source `manual`.

**Lists** have pages (`page`, `page_size` up to 500), `ordering`, `search` and filters.

**Errors** have one form, `{{"error": {{"code", "message", "fields"}}}}`; a row of another team is 404.

**Limits**: who asks too often gets 429 with the limit and the wait. The guide with examples to
copy is `docs/api.md` of the source.
"""


def build(app_name: str, app_version: str, public_url: str) -> dict[str, Any]:
    return {
        "TITLE": f"{app_name} API",
        "VERSION": app_version,
        "DESCRIPTION": DESCRIPTION.format(url=public_url).strip(),
        "TAGS": [{"name": name, "description": text} for name, text in TAGS.items()],
        "SCHEMA_PATH_PREFIX": "/api/v1",
        "SERVE_INCLUDE_SCHEMA": False,
        # What is sent and what is answered differ: ids and times only come, secrets only go.
        "COMPONENT_SPLIT_REQUEST": True,
        "ENUM_NAME_OVERRIDES": {
            "EventTypeEnum": "monitoring.choices.EventType",
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
