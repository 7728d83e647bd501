"""Requests and answers shown in `/openapi.json`. A test sends the requests and compares."""

from __future__ import annotations

from typing import Any, NamedTuple

from config.example_rows import (
    ALERT,
    CHANNEL,
    DAY,
    EVENT,
    ITEM,
    MONITOR,
    NOTIFICATION,
    PREFERENCES,
    RECORD,
    SILENCE,
    STATISTICS,
    SUBSCRIPTION,
    TEAM,
    TOKENS,
    WEBSITE,
    WHEN,
)


class Example(NamedTuple):
    status: int
    answer: Any = None
    request: Any = None


def page(*rows: Any) -> dict[str, Any]:
    return {"count": len(rows), "next": None, "previous": None, "results": list(rows)}


EXAMPLES = {
    "auth_token_create": Example(200, TOKENS, {"username": "ada", "password": "correct horse"}),
    "auth_token_refresh": Example(200, TOKENS, {"refresh": "eyJhbGciOi..."}),
    "telegram_link_create": Example(
        201,
        {
            "private": "https://t.me/stock_bot?start=5UuRRq6m0nW4",
            "group": "https://t.me/stock_bot?startgroup=5UuRRq6m0nW4",
            "expires_in": 900,
        },
        {"team": 1},
    ),
    "auth_token_revoke": Example(204, None, {"refresh": "eyJhbGciOi..."}),
    "teams_list": Example(200, page(TEAM)),
    "websites_create": Example(
        201,
        WEBSITE,
        {
            "name": "My shop",
            "source": "whmcs_api",
            "website_url": "https://shop.example.com",
            "api_identifier": "the-identifier",
            "api_secret": "the-secret",
            "region": "eu",
            "labels": ["vps"],
        },
    ),
    "websites_list": Example(200, page(WEBSITE)),
    "websites_partial_update": Example(
        200, {**WEBSITE, "poll_interval": 30}, {"poll_interval": 30}
    ),
    "websites_import_create": Example(
        200, {"created": 12, "existing": 3, "total": 15}, {"all": True}
    ),
    "websites_poll_create": Example(202, {"poll_run": 88}),
    "websites_why_not_running_retrieve": Example(
        200, {"reasons": ["The shop refuses the log-in: check identifier and secret."]}
    ),
    "monitors_create": Example(
        201,
        MONITOR,
        {"website": 3, "product_id": "12", "product_name": "VPS S", "threshold_low": 5},
    ),
    "monitors_bulk_create": Example(
        201,
        [{**MONITOR, "product_id": "13"}, {**MONITOR, "id": 8, "product_id": "14"}],
        {
            "website": 3,
            "skip_existing": True,
            "monitors": [{"product_id": "13"}, {"product_id": "14", "threshold_low": 5}],
        },
    ),
    "monitors_list": Example(200, page(MONITOR)),
    "monitors_stock_create": Example(201, RECORD, {"quantity": 3}),
    "monitors_records_list": Example(200, page(RECORD)),
    "monitors_summary_retrieve": Example(
        200,
        {
            "current_quantity": 0,
            "previous_quantity": 3,
            "last_change_at": WHEN,
            "restocks_7d": 0,
            "sold_7d": 3,
            "open_alert": None,
        },
    ),
    "monitors_statistics_retrieve": Example(200, STATISTICS),
    "monitors_days_list": Example(200, page(DAY)),
    "monitors_silence_create": Example(
        201, SILENCE, {"minutes": 480, "reason": "The shop moves to another server"}
    ),
    "history_list": Example(200, page(EVENT)),
    "alerts_list": Example(200, page(ALERT)),
    "alerts_acknowledge_create": Example(200, ALERT, {"note": "More are ordered"}),
    "alerts_resolve_update": Example(
        200,
        {**ALERT, "status": "resolved", "resolved_at": WHEN, "resolve_reason": "manual"},
        {"note": "Sold no more"},
    ),
    "alerts_bulk_create": Example(
        200, {"done": [4], "failed": []}, {"action": "acknowledge", "ids": [4], "note": "Seen"}
    ),
    "alerts_trigger_check_create": Example(200, {"checked": 12, "opened": 1, "resolved": 0}),
    "alerts_stats_retrieve": Example(
        200,
        {
            "total": 9,
            "active": 2,
            "open": 1,
            "acknowledged": 1,
            "resolved": 7,
            "active_by_kind": {"low": 1, "high": 0, "out_of_stock": 1, "unreachable": 0},
            "low_stock_items": 2,
        },
    ),
    "alerts_preferences_get_retrieve": Example(200, PREFERENCES),
    "alerts_preferences_update_update": Example(
        200,
        PREFERENCES,
        {"email": "ada@example.com", "quiet_from": "22:00", "quiet_until": "07:00"},
    ),
    "alerts_timeline_list": Example(
        200,
        [
            {
                "at": WHEN,
                "what": "alert_opened",
                "text": "Low stock: 3 left, below 5",
                "author": {"kind": "system", "id": None, "name": ""},
                "why": "",
                "event": 22,
                "notification": None,
                "silence": None,
                "channel": None,
                "status": None,
            }
        ],
    ),
    "silences_create": Example(
        201, SILENCE, {"monitor": 7, "minutes": 480, "reason": "The shop moves to another server"}
    ),
    "silences_list": Example(200, page(SILENCE)),
    "items_create": Example(201, ITEM, {"name": "Rack rails", "quantity": 3, "threshold_low": 5}),
    "items_update": Example(
        200, {**ITEM, "quantity": 40, "is_low": False}, {"name": "Rack rails", "quantity": 40}
    ),
    "items_list": Example(200, page(ITEM)),
    "channels_create": Example(
        201,
        CHANNEL,
        {
            "name": "My receiver",
            "kind": "webhook",
            "config": {"url": "https://example.com/hook"},
        },
    ),
    "subscriptions_create": Example(
        201,
        SUBSCRIPTION,
        {"channel": 2, "events": ["sold_out", "restocked"], "websites": [3]},
    ),
    "notifications_list": Example(200, page(NOTIFICATION)),
    "notifications_resend_create": Example(
        201, {**NOTIFICATION, "id": 10, "status": "pending", "resend_of": 9}
    ),
    "cycle_create": Example(202, {"poll_runs": [88, 89]}, {"all": True}),
}

ERRORS = {
    "400": ("invalid", "Some values are not valid.", {"name": ["This field is required."]}),
    "401": ("authentication_failed", "This API key is not valid.", {}),
    "403": ("permission_denied", "This takes the role owner.", {}),
    "404": ("not_found", "Not found.", {}),
    "409": ("conflict", "The website is paused. Resume it, then poll.", {}),
    "429": (
        "throttled",
        "At most 1,200 requests a minute with this API key. Try again in 7 seconds.",
        {},
    ),
}


def show(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Puts the examples into the document."""
    for operations in result["paths"].values():
        for operation in operations.values():
            example = EXAMPLES.get(operation["operationId"])
            if example is not None:
                _fill(operation.get("requestBody"), example.request)
                _fill(operation["responses"][str(example.status)], example.answer)
            for status, (code, message, fields) in ERRORS.items():
                error = {"error": {"code": code, "message": message, "fields": fields}}
                _fill(operation["responses"].get(status), error)
    return result


def _fill(described: dict[str, Any] | None, example: Any) -> None:
    if described is not None and example is not None:
        described["content"]["application/json"]["example"] = example
