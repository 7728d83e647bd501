from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from openapi_spec_validator import validate

pytestmark = pytest.mark.django_db


def test_the_document_is_valid_and_names_every_way_in(client):
    document = client.get("/openapi.json").json()
    validate(document)
    assert "/api/v1/websites/{id}/poll/" in document["paths"]
    assert "ApiKey" in document["components"]["securitySchemes"]


def test_the_document_is_made_without_a_warning(tmp_path):
    call_command("spectacular", "--fail-on-warn", "--validate", "--file", str(tmp_path / "o.yaml"))


def test_every_operation_says_what_it_is_for(client):
    document = client.get("/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            assert operation.get("description") or operation.get("summary"), f"{method} {path}"


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/api/v1/docs"])
def test_the_pages_work_without_outside_assets(client, path):
    page = client.get(path)
    assert page.status_code == 200
    outside = re.findall(r"""(?:src|href)=["'](https?://[^"']+)""", page.content.decode())
    assert outside == []
