from __future__ import annotations

import pytest
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_a_crash_shows_programs_json_and_nothing_internal(monkeypatch):
    def crash(actor):
        raise LookupError("planted-internal-detail")

    monkeypatch.setattr("monitoring.api.cycle.status_summary", crash)
    client = Client(raise_request_exception=False)
    client.force_login(make_user())
    answer = client.get("/api/v1/status/")
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "internal_error"
    assert b"planted-internal-detail" not in answer.content


@pytest.mark.parametrize("method", ["get", "put", "post", "delete"])
def test_an_address_nobody_serves_is_json_for_every_method(method):
    answer = getattr(Client(enforce_csrf_checks=True), method)("/api/v1/nowhere/at/all")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not_found"


def test_a_body_that_is_no_json_is_refused_in_the_same_shape():
    client = Client()
    client.force_login(make_user())
    answer = client.post("/api/v1/cycle/", b"{nonsense", content_type="application/json")
    assert answer.status_code in (400, 403)
    assert set(answer.json()["error"]) == {"code", "message", "fields"}
