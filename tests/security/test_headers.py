"""What every answer tells browsers: no outside assets, no frames, no sniffing; CORS for the API only."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db
FOREIGN = "https://app.example"


def policy(response):
    parts = (one.split() for one in response["Content-Security-Policy"].split(";"))
    return {name: values for name, *values in parts}


@pytest.fixture
def desk():
    client = Client()
    client.force_login(make_user(is_staff=True, is_superuser=True))
    return client


PAGES = ("/", "/docs", "/redoc", "/api/v1/docs", "/admin/login/", "/admin/", "/api/v1/nothing")


@pytest.mark.parametrize("address", PAGES)
def test_no_page_may_load_from_another_host_or_be_framed(desk, address):
    found = policy(desk.get(address, follow=True))
    assert found["default-src"] == ["'self'"]
    assert found["frame-ancestors"] == found["object-src"] == found["base-uri"] == ["'none'"]
    sources = {one for values in found.values() for one in values if not one.startswith("'")}
    assert sources == {"data:", "blob:"}
    assert "'unsafe-inline'" not in found["script-src"]


@pytest.mark.parametrize("address", ["/docs", "/redoc"])
def test_scripts_in_pages_carry_a_mark_that_is_new_every_time(desk, address):
    marks = set()
    for _ in range(2):
        response = desk.get(address)
        (mark,) = {one for one in policy(response)["script-src"] if one.startswith("'nonce-")}
        inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>", response.content.decode())
        assert inline
        assert all(f'nonce="{mark[7:-1]}"' in one for one in inline)
        marks.add(mark)
    assert len(marks) == 2


def test_expressions_are_evaluated_in_the_admin_only(desk):
    assert "'unsafe-eval'" in policy(desk.get("/admin/"))["script-src"]
    for address in ("/", "/docs", "/redoc", "/api/v1/websites/"):
        assert "'unsafe-eval'" not in policy(desk.get(address))["script-src"]


@pytest.mark.parametrize("address", ["/", "/admin/login/", "/api/v1/websites/", "/health"])
def test_every_answer_forbids_frames_and_sniffing(client, address):
    response = client.get(address)
    assert response["X-Frame-Options"] == "DENY"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def asks(client, address, **meta):
    return client.options(
        address, HTTP_ORIGIN=FOREIGN, HTTP_ACCESS_CONTROL_REQUEST_METHOD="GET",
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS="authorization", **meta,
    )  # fmt: skip


def test_a_page_of_another_origin_may_not_call_the_api(client):
    assert "Access-Control-Allow-Origin" not in asks(client, "/api/v1/websites/")
    response = client.get("/api/v1/health/", HTTP_ORIGIN=FOREIGN)
    assert "Access-Control-Allow-Origin" not in response


def test_a_named_origin_may_call_the_api_with_keys_and_without_cookies(client, settings):
    settings.CORS_ALLOWED_ORIGINS = [FOREIGN]
    response = asks(client, "/api/v1/websites/")
    assert response["Access-Control-Allow-Origin"] == FOREIGN
    assert "authorization" in response["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in response
    answer = client.get("/api/v1/websites/", HTTP_ORIGIN=FOREIGN)
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (401, FOREIGN)
    for other in (f"{FOREIGN}.evil.example", "http://app.example", "null"):
        answer = client.get("/api/v1/websites/", HTTP_ORIGIN=other)
        assert "Access-Control-Allow-Origin" not in answer


def test_only_the_api_is_open_to_other_origins(client, settings):
    settings.CORS_ALLOW_ALL_ORIGINS = True
    assert asks(client, "/api/v1/websites/")["Access-Control-Allow-Origin"] == "*"
    for address in ("/", "/admin/login/", "/openapi.json", "/health"):
        assert "Access-Control-Allow-Origin" not in client.get(address, HTTP_ORIGIN=FOREIGN)
