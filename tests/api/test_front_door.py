"""What a newcomer meets: the page at /, its JSON for programs, and the head of the document."""

from __future__ import annotations

import re

import pytest
from django.urls import resolve

pytestmark = pytest.mark.django_db


def test_the_page_leads_everywhere_and_nowhere_outside(client):
    page = client.get("/", headers={"accept": "text/html"}).content.decode()
    links = re.findall(r'href="(/[^"]*)"', page)
    assert {"/admin/", "/docs", "/redoc", "/openapi.json", "/health"} <= set(links)
    for link in links:
        resolve(link)
    assert re.findall(r'(?:src|href)="(?:https?:)?//', page) == []
    assert 'curl -H "Authorization: Api-Key $KEY" http://127.0.0.1:8000/api/v1/monitors/' in page


def test_programs_get_json(client, settings):
    answer = client.get("/").json()
    assert answer == {
        "name": settings.APP_NAME,
        "version": settings.APP_VERSION,
        "docs": f"{settings.PUBLIC_URL}/docs",
        "health": f"{settings.PUBLIC_URL}/health",
    }


def test_the_document_says_how_to_begin(client):
    said = client.get("/openapi.json").json()["info"]["description"]
    assert "Authorization: Api-Key $KEY" in said
    assert '{"error": {"code", "message", "fields"}}' in said


def test_the_reference_has_a_way_home_and_follows_the_system(client):
    page = client.get("/docs").content.decode()
    assert 'href="/"' in page
    assert "prefers-color-scheme: dark" in page
