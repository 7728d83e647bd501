"""Events as a feed: by header, or by an address that carries its proof."""

from __future__ import annotations

import re

import pytest
from rest_framework.test import APIClient

from accounts.models import ApiKey
from accounts.services import api_key_revoke
from monitoring.services.ingest import stock_push
from tests.api.conftest import Api
from tests.factories import make_monitor, make_user, make_website

pytestmark = pytest.mark.django_db
ATOM = "application/atom+xml; charset=utf-8"


@pytest.fixture
def monitors(team):
    """Two monitors of the team and one of another, each sold out once."""
    owned = [make_monitor(make_website(team, source="manual")) for _ in range(2)]
    for monitor in (*owned, make_monitor(make_website(source="manual"), product_name="Foreign")):
        for quantity in (5, 0):
            stock_push(monitor=monitor, quantity=quantity)
    return owned


def ids(answer):
    assert (answer.status_code, answer["Content-Type"]) == (200, ATOM), answer.content
    return re.findall(r"urn:uuid:([\w-]+)", answer.content.decode())


def read(address):
    """As a feed reader does: no header but its own odd Accept."""
    path = address.removeprefix("http://127.0.0.1:8000")
    assert path.startswith("/api/v1/history/feed/?")
    return APIClient().get(path, HTTP_ACCEPT="application/rss+xml, text/xml;q=0.9")


def test_the_feed_holds_the_events_of_the_team_newest_first(api, monitors):
    answer = api.client.get("/api/v1/history/feed/")
    own = [str(row["public_id"]) for row in api("GET", "history/")["results"]]
    assert ids(answer) == own[: len(own)] or ids(answer) == own[::-1]
    assert len(own) == 2
    assert b"VPS 1: Sold out" in answer.content
    assert b"Foreign" not in answer.content


def test_an_address_opens_the_feed_with_its_filters_and_nothing_else(api, monitors):
    one = monitors[0]
    url = api("GET", f"history/feed-address/?monitor={one.pk}")["url"]
    assert ids(read(url)) == [str(one.history.get().public_id)]
    query = url.partition("?")[2]
    for path in ("history/", "history/feed-address/", "websites/"):
        assert APIClient().get(f"/api/v1/{path}?{query}").status_code == 401
    assert "monitor" in api("GET", "history/feed-address/?monitor=0", None, 400)["error"]["fields"]


@pytest.mark.parametrize("token", ["", "nonsense", "a:b:c"])
def test_a_forged_address_opens_nothing(monitors, token):
    answer = read(f"http://127.0.0.1:8000/api/v1/history/feed/?token={token}")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "authentication_failed"


def test_an_address_dies_with_its_key(api, monitors):
    url = api("GET", "history/feed-address/")["url"]
    assert len(ids(read(url))) == 2
    api_key_revoke(api_key=ApiKey.objects.get())
    assert read(url).status_code == 401


@pytest.mark.parametrize("change", ["password", "inactive", "left"])
def test_an_address_dies_with_the_access_of_its_person(team, monitors, change):
    user = make_user(team=team)
    client = APIClient()
    client.force_login(user)
    url = Api(client)("GET", "history/feed-address/")["url"]
    assert len(ids(read(url))) == 2
    if change == "left":
        team.memberships.all().delete()
        assert ids(read(url)) == []
        return
    if change == "password":
        user.set_password("another-1234")
    user.is_active = change != "inactive"
    user.save()
    assert read(url).status_code == 401
