from __future__ import annotations

import re

import pytest
from django.contrib.staticfiles.finders import find
from django.core.management import call_command
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
    assert set(document["components"]["securitySchemes"]) == {"ApiKey", "Bearer", "cookieAuth"}


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
        assert ways == ([] if is_open else ["ApiKey", "Bearer", "cookieAuth"]), name
        schema = operation["responses"]["default"]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Error"}


def test_no_secret_is_described_as_readable(document):
    website = document["components"]["schemas"]["Website"]["properties"]
    assert website["api_secret"]["writeOnly"]
    assert website["accesskey"]["writeOnly"]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/api/v1/docs"])
def test_the_pages_name_no_other_host(client, path):
    page = client.get(path)
    assert page.status_code == 200
    text = page.content.decode()
    assert re.findall(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", text, re.IGNORECASE) == []
    assets = re.findall(r"""(?:src|href)=["']([^"']+)""", text)
    assert assets
    for asset in assets:
        assert find(asset.removeprefix("/static/")), asset


def test_the_reference_asks_no_validator_on_the_net(client):
    assert '"validatorUrl": null' in client.get("/docs").content.decode()
