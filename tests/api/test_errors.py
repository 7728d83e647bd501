"""One form for every error (contract section 4)."""

from __future__ import annotations

import pytest
from django.test import Client
from rest_framework.exceptions import Throttled

from tests.factories import make_user, make_website

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser():
    client = Client(raise_request_exception=False)
    client.force_login(make_user())
    return client


def error(answer):
    body = answer.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "fields"}
    return body["error"]


def test_a_crash_shows_programs_json_and_nothing_internal(monkeypatch, browser):
    def crash(actor):
        raise LookupError("planted-internal-detail")

    monkeypatch.setattr("monitoring.api.cycle.status_summary", crash)
    answer = browser.get("/api/v1/status/")
    assert answer.status_code == 500
    assert error(answer)["code"] == "internal_error"
    assert b"planted-internal-detail" not in answer.content


def test_a_throttled_caller_is_told_when_to_come_back(monkeypatch, browser):
    def refuse(actor):
        raise Throttled(wait=7)

    monkeypatch.setattr("monitoring.api.cycle.status_summary", refuse)
    answer = browser.get("/api/v1/status/")
    assert (answer.status_code, answer["Retry-After"]) == (429, "7")
    assert error(answer)["code"] == "throttled"


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
@pytest.mark.parametrize("path", ["/api/v1/nowhere/", "/api/v1/websites", "/api/v2/", "/api/"])
def test_an_address_that_does_not_exist_is_said_so_in_json(method, path):
    """Also to a writer without a CSRF token, and where the slash at the end is missing."""
    answer = getattr(Client(enforce_csrf_checks=True), method)(path)
    if path.startswith("/api/v1/") or method == "get":
        assert answer.status_code == 404
        assert error(answer)["code"] == "not_found"
    assert ("slash" in answer.content.decode()) == (path == "/api/v1/websites")


def test_people_get_a_page_where_nothing_is():
    answer = Client().get("/nowhere")
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")


def test_a_host_that_is_not_ours_is_refused_in_json_too():
    answer = Client().get("/api/v1/health/", headers={"host": "evil.example"})
    assert answer.status_code == 400
    assert error(answer)["code"] == "bad_request"
    page = Client().get("/", headers={"host": "evil.example"})
    assert page["Content-Type"].startswith("text/html")


def test_a_session_needs_its_token_to_write():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    answer = client.post("/api/v1/cycle/", {}, content_type="application/json")
    assert answer.status_code == 403
    assert error(answer)["code"] == "permission_denied"


def test_a_method_that_is_not_offered_is_said_so(api):
    assert api("PUT", "websites/", {}, 405)["error"]["code"] == "method_not_allowed"
    assert api("DELETE", "history/1/", None, 405)["error"]["code"] == "method_not_allowed"


def test_a_form_that_we_do_not_speak_is_refused(api):
    answer = api.client.get("/api/v1/websites/", HTTP_ACCEPT="text/html")
    assert answer.status_code == 406
    assert error(answer)["code"] == "not_acceptable"


def test_problems_inside_a_list_name_their_row(api, team):
    body = {
        "website": make_website(team).pk,
        "monitors": [{"product_id": "1"}, {"product_id": "2", "threshold_low": "few"}, {}],
    }
    fields = api("POST", "monitors/bulk/", body, 400)["error"]["fields"]
    assert set(fields) == {"monitors.1.threshold_low", "monitors.2.product_id"}
    labels = api("POST", "websites/", {"name": "x", "labels": ["a", None]}, 400)["error"]["fields"]
    assert set(labels) == {"labels.1"}
    rows = [
        {"product_id": "1", "purchase_link": "no address"},
        {"product_id": "2"},
        {"product_id": "2"},
        {"product_id": "3", "check_interval": 10**9},
    ]
    fields = api("POST", "monitors/bulk/", {**body, "monitors": rows}, 400)["error"]["fields"]
    assert set(fields) == {"monitors.0.purchase_link", "monitors.3.check_interval"}
    empty = api("POST", "monitors/bulk/", {**body, "monitors": []}, 400)["error"]["fields"]
    assert empty == {"monitors": ["This list may not be empty."]}
