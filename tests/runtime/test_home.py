from __future__ import annotations

import re

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

pytestmark = [pytest.mark.integration, pytest.mark.once]


def test_a_program_gets_json(client: Client, settings: Settings) -> None:
    response = client.get("/", headers={"Accept": "*/*"})
    assert response.json() == {
        "name": settings.APP_NAME,
        "version": settings.APP_VERSION,
        "docs": f"{settings.PUBLIC_URL}/docs",
        "health": f"{settings.PUBLIC_URL}/health",
    }


def test_a_browser_gets_a_page_with_ways_on_and_nothing_from_outside(client: Client) -> None:
    response = client.get("/", headers={"Accept": "text/html,application/xhtml+xml"})
    text = response.content.decode()
    assert response["Content-Type"].startswith("text/html")
    assert response["Vary"] == "Accept, Accept-Language, Cookie"
    for address in ("/admin/", "/docs", "/redoc", "/health"):
        assert f'href="{address}"' in text
    loaded = re.findall(r"""(?:href=|src=|srcset=|action=|url\(|@import )["']?([^"'\s>)]+)""", text)
    outside = re.compile(r"(?!data:)([a-z][a-z0-9+.-]*:|//)", re.IGNORECASE)
    assert len(loaded) >= 4
    assert [address for address in loaded if outside.match(address)] == []


def test_the_front_door_takes_no_writes(client: Client) -> None:
    assert client.post("/").status_code == 405
    assert client.post("/health").status_code == 405
