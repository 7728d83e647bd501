from __future__ import annotations

import re

import pytest
from django.contrib.staticfiles.finders import find
from django.core.management import call_command
from django.urls import resolve
from openapi_spec_validator import validate

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(client):
    return client.get("/openapi.json").json()


@pytest.fixture
def operations(document):
    """(method and path, operation) of all."""
    return [
        (f"{method} {path}", operation)
        for path, found in document["paths"].items()
        for method, operation in found.items()
    ]


def test_the_document_is_valid_and_names_every_way_in(document):
    validate(document)
    assert "/api/v1/websites/{id}/poll/" in document["paths"]
    assert set(document["components"]["securitySchemes"]) == {
        "ApiKey",
        "Bearer",
        "FeedToken",
        "cookieAuth",
    }


def test_the_document_is_made_without_a_warning(tmp_path):
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "o.yaml"))


def test_every_operation_has_a_title_and_a_described_tag(document, operations):
    described = {tag["name"] for tag in document["tags"] if tag["description"]}
    for name, operation in operations:
        assert operation.get("summary"), name
        assert set(operation["tags"]) <= described, name
    assert described == {tag for _, operation in operations for tag in operation["tags"]}


def test_every_operation_says_how_to_come_in_and_what_an_error_looks_like(operations):
    for name, operation in operations:
        ways = [next(iter(way)) for way in operation.get("security", [])]
        is_open = "/health/" in name or "/auth/" in name
        extra = ["FeedToken"] if name.endswith("/feed/") else []
        assert ways == ([] if is_open else [*extra, "ApiKey", "Bearer", "cookieAuth"]), name
        answers = operation["responses"]
        is_log_in = "/auth/" in name and "revoke" not in name
        assert ("401" in answers) == (not is_open or is_log_in), name
        assert ("429" in answers) == ("/health/" not in name), name
        assert ("415" in answers) == ("requestBody" in operation), name
        failures = {status: answer for status, answer in answers.items() if status[0] == "4"}
        assert "406" in failures
        for status, answer in failures.items():
            schema = answer["content"]["application/json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Error"}, (name, status)
            assert ("Retry-After" in answer.get("headers", {})) == (status == "429")


def test_no_secret_is_described_as_readable(document):
    schemas = document["components"]["schemas"]
    for secret in ("api_secret", "accesskey"):
        assert secret in schemas["WebsiteRequest"]["properties"]
        assert secret not in schemas["Website"]["properties"]


def test_an_answer_promises_all_its_fields_and_a_request_asks_for_few(document):
    schemas = document["components"]["schemas"]
    assert set(schemas["Monitor"]["required"]) == set(schemas["Monitor"]["properties"])
    assert schemas["MonitorRequest"]["required"] == ["product_id", "website"]
    assert schemas["WebsiteRequest"]["required"] == ["name"]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/api/v1/docs"])
def test_the_pages_name_no_other_host(client, path):
    page = client.get(path)
    assert page.status_code == 200
    text = page.content.decode()
    assert re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", text, re.IGNORECASE) == []
    assets = re.findall(r"""(?:src|href)=["']([^"']+)""", text)
    assert assets
    for asset in assets:
        is_file = asset.startswith("/static/")
        assert find(asset.removeprefix("/static/")) if is_file else resolve(asset), asset


def test_the_reference_asks_no_validator_on_the_net(client):
    assert '"validatorUrl": null' in client.get("/docs").content.decode()
