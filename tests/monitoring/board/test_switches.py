"""Who may switch what: the board by owners of the team, websites by owners, monitors by operators."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import Team
from accounts.services import api_key_create
from monitoring.models import Monitor
from tests.admin.world import World, make_world, page
from websites.models import Website

pytestmark = pytest.mark.django_db

SETTINGS = {"name": "mine-team", "time_zone": "UTC", "language": "en", "reminders": "daily",
            "reminder_hour": "9", "is_board_on": "on"}  # fmt: skip


@pytest.fixture
def world() -> World:
    return make_world("mine")


@pytest.mark.parametrize(("role", "is_on"), [("owner", True), ("operator", False)])
def test_owners_switch_the_board_of_their_team_on(world: World, role: str, is_on: bool) -> None:
    client = Client()
    client.force_login(getattr(world, role))
    client.post(page(Team, "change", world.team.pk), SETTINGS)
    world.team.refresh_from_db()
    assert world.team.is_board_on is is_on
    assert world.team.is_quantity_on_board is False
    text = client.get(page(Team, "change", world.team.pk)).content.decode()
    assert (f'href="/board/{world.team.slug}/"' in text) is is_on


def test_the_api_tells_of_the_board_and_keeps_rows_off_it(world: World) -> None:
    _, key = api_key_create(team=world.team, name="key", scope="admin")
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Api-Key {key}")
    team = client.get(f"/api/v1/teams/{world.team.pk}/").json()
    assert (team["is_board_on"], team["is_quantity_on_board"]) == (False, False)
    rows: list[tuple[str, Any]] = [("websites", world.website), ("monitors", world.monitor)]
    for prefix, row in rows:
        answer = client.patch(f"/api/v1/{prefix}/{row.pk}/", {"is_on_board": False}, format="json")
        assert answer.json()["is_on_board"] is False
        row.refresh_from_db()
        assert row.is_on_board is False
    made = client.post(
        "/api/v1/websites/",
        {"name": "Off", "source": "manual", "is_on_board": False},
        format="json",
    )
    assert made.status_code == 201
    assert Website.objects.get(name="Off").is_on_board is False
    body = {"website": made.json()["id"], "product_id": "7", "is_on_board": False}
    assert client.post("/api/v1/monitors/", body, format="json").status_code == 201
    assert Monitor.objects.get(product_id="7").is_on_board is False
