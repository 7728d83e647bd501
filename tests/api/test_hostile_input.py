"""Whatever is sent, the answer is one of ours: never a crash, never our insides."""

from __future__ import annotations

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from config.api import router
from tests.tenancy.walk import routes
from tests.tenancy.world import make_estate

pytestmark = [pytest.mark.django_db, pytest.mark.bulk]

VALUES: tuple[Any, ...] = (
    "\x00", "\ud800", "https://x.example/\ud800", "http://[", "²", "x" * 5000, "",
    10**30, -(2**63), 1.5, True, None, [], {}, [[]], [None], ["\x00"], [{}],
    {"\x00": 1}, {"to": ["a@\ud800.io"]}, {"url": "https://x.example/\x00"}, {"a": {"b": [1]}},
)  # fmt: skip
QUERIES = (
    "%00", "%ED%A0%80", "9" * 30, "-1", "1.5", "NaN", "Infinity", "%F0%9F%98%80", "null",
    "0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00",
)  # fmt: skip


@pytest.fixture
def estate():
    return make_estate("mark")


@pytest.fixture
def client(estate):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {estate.key}")
    return client


def send(client, method, path, body=None):
    """The answer; a crash comes through as itself."""
    data = b"" if body is None else json.dumps(body).encode()
    answer = client.generic(method, path, data, content_type="application/json")
    if answer.status_code >= 400:
        assert set(answer.json()["error"]) == {"code", "message", "fields"}
        assert "ErrorDetail" not in answer.content.decode()
        assert all(
            isinstance(problem, str)
            for problems in answer.json()["error"]["fields"].values()
            for problem in problems
        )
    return answer


@pytest.mark.parametrize(("prefix", "viewset"), routes(router))
def test_any_filter_takes_any_text(client, prefix, viewset):
    filterset = getattr(viewset, "filterset_class", None)
    known = list(filterset.base_filters) if filterset else list(viewset.filterset_fields)
    for text in QUERIES:
        for name in (*known, "search", "ordering", "page", "page_size"):
            assert send(client, "GET", f"/api/v1/{prefix}/?{name}={text}").status_code < 500
        assert send(client, "GET", f"/api/v1/{prefix}/{text}/").status_code in (404, 405)


@pytest.mark.parametrize(
    ("prefix", "viewset"), [found for found in routes(router) if hasattr(found[1], "create")]
)
def test_any_field_takes_any_value(client, estate, prefix, viewset):
    full = {
        "websites": {"source": "manual"},
        "monitors": {"website": estate.ids()["website"]},
        "channels": {"kind": "email", "config": {"to": ["x@example.com"]}},
        "items": {"quantity": 3},
        "silences": {"minutes": 60},
        "subscriptions": {"channel": estate.ids()["channel"], "events": ["*"]},
    }[prefix]
    own = estate.row(viewset.queryset.model).pk
    for value in VALUES:
        for number, name in enumerate(viewset.serializer_class().get_fields()):
            body = {"name": f"N{number}", "product_id": f"p{number}", **full, name: value}
            assert send(client, "POST", f"/api/v1/{prefix}/", body).status_code < 500
        assert send(client, "POST", f"/api/v1/{prefix}/", value).status_code < 500
        assert send(client, "PATCH", f"/api/v1/{prefix}/{own}/", value).status_code < 500


@pytest.mark.parametrize("value", VALUES)
def test_any_action_takes_any_body(client, estate, value):
    ids = estate.ids()
    monitors = {"website": ids["website"], "monitors": value}
    for path, body in (
        ("monitors/bulk/", value),
        ("monitors/bulk/", monitors),
        (f"monitors/{ids['monitor']}/stock/", value),
        (f"monitors/{ids['monitor']}/stock/", {"quantity": value}),
        (f"websites/{ids['website']}/import/", {"products": value}),
        (f"monitors/{ids['monitor']}/silence/", value),
        (f"monitors/{ids['monitor']}/silence/", {"minutes": value}),
        (f"monitors/{ids['monitor']}/silence/", {"ends_at": value}),
        (f"alerts/{ids['alert']}/acknowledge/", value),
        (f"alerts/{ids['alert']}/acknowledge/", {"note": value}),
        ("alerts/bulk/", value),
        ("alerts/bulk/", {"action": "resolve", "ids": value}),
        ("alerts/trigger-check/", value),
        ("cycle/", value),
        ("cycle/", {"all": value}),
    ):
        assert send(client, "POST", f"/api/v1/{path}", body).status_code < 500


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"[" * 100_000, 400, "parse_error"),
        (b'{"all":' * 40 + b"1" + b"}" * 40, 400, "parse_error"),
        (b"\xff\xfe", 400, "parse_error"),
        (b"NaN", 400, "parse_error"),
        (b'{"all": ' + b"1" * 5000 + b"}", 400, "parse_error"),
        (b'{"all": false, "x": "\\ud800"}', 400, "parse_error"),
        (b'{"all": false, "\\u0000": 1}', 400, "parse_error"),
        (b" " * 3_000_000, 413, "too_large"),
    ],
)
def test_a_body_that_no_database_could_store_is_refused_at_the_door(client, body, status, code):
    answer = client.generic("POST", "/api/v1/cycle/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_an_emoji_is_a_text_like_any_other(client):
    body = {"name": "Shop 🚀", "source": "manual", "labels": ["日本"]}
    made = send(client, "POST", "/api/v1/websites/", body)
    assert (made.json()["name"], made.json()["labels"]) == ("Shop 🚀", ["日本"])


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data", "application/xml"])
def test_other_forms_of_body_are_refused(client, kind):
    answer = client.generic("POST", "/api/v1/cycle/", b"{}", content_type=kind)
    assert (answer.status_code, answer.json()["error"]["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize(
    "header", ["Api-Key \x00", "Api-Key é", "Api-Key a b", "Api-Key " + "x" * 9000]
)
def test_any_key_that_is_none_is_refused_alike(header):
    answer = APIClient().get("/api/v1/teams/", HTTP_AUTHORIZATION=header)
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "This API key is not valid."
