"""Programs that ask again and again get no body while nothing changed."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.services import api_key_create
from monitoring.models import Monitor
from tests.factories import make_monitor, make_team, make_website

pytestmark = [pytest.mark.django_db, pytest.mark.integration, pytest.mark.once]


def client_of(team):
    _, plain = api_key_create(team=team, name="reader", scope="read")
    return Client(headers={"Authorization": f"Api-Key {plain}"})


def test_an_answer_that_did_not_change_is_not_sent_again():
    team = make_team()
    monitor, client = make_monitor(make_website(team), quantity=5), client_of(team)
    first = client.get("/api/v1/monitors/")
    mark = {"If-None-Match": first["ETag"], "Origin": "https://app.example"}
    again = client.get("/api/v1/monitors/", headers=mark)
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    assert again["X-Request-ID"]
    assert "origin" in again["Vary"].lower()
    Monitor.objects.filter(pk=monitor.pk).update(quantity=4)
    changed = client.get("/api/v1/monitors/", headers=mark)
    assert changed.json()["results"][0]["quantity"] == 4
    assert changed["ETag"] != first["ETag"]


def test_the_mark_of_one_team_tells_another_nothing():
    ours, theirs = make_team(), make_team()
    mark = client_of(ours).get("/api/v1/teams/")["ETag"]
    answer = client_of(theirs).get("/api/v1/teams/", headers={"If-None-Match": mark})
    assert answer.status_code == 200
    stranger = Client().get("/api/v1/teams/", headers={"If-None-Match": mark})
    assert stranger.status_code == 401


def test_errors_and_pages_of_people_have_no_mark(admin_client):
    assert "ETag" not in Client().get("/api/v1/teams/")
    assert "ETag" not in admin_client.get("/admin/")
