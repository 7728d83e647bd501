"""Alerts, preferences, silences and items as programs and people use them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from monitoring.models import Alert, Silence
from tests.api.conftest import Api
from tests.factories import make_monitor, make_team, make_user, make_website

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(api):
    """Read once, so that its next fall is no baseline."""
    return api("POST", "items/", {"name": "Rack rails", "quantity": 9, "threshold_low": 5}, 201)


@pytest.fixture
def alert(api, item):
    api("PUT", f"items/{item['id']}/", {"name": "Rack rails", "quantity": 2})
    (found,) = api("GET", "alerts/")["results"]
    return found


@pytest.fixture
def person(team):
    user = make_user("ada", team=team)
    client = APIClient()
    client.force_login(user)
    return Api(client)


def test_a_write_to_an_item_opens_and_resolves_its_alert_at_once(api, item, alert):
    assert (alert["kind"], alert["status"], alert["quantity"]) == ("low", "open", 2)
    assert api("GET", f"monitors/{item['id']}/summary/")["open_alert"] == alert["id"]
    api("PUT", f"items/{item['id']}/", {"name": "Rack rails", "quantity": 30})
    assert api("GET", "alerts/")["count"] == 0
    kept = api("GET", f"alerts/{alert['id']}/")
    assert (kept["status"], kept["resolve_reason"], kept["current_quantity"]) == (
        "resolved", "recovered", 30,
    )  # fmt: skip
    assert api("GET", f"monitors/{item['id']}/summary/")["open_alert"] is None


def test_resolved_alerts_are_shown_where_they_are_asked_for(api, alert):
    api("PUT", f"alerts/{alert['id']}/resolve/", {"note": "Sold no more"})
    assert api("GET", "alerts/")["count"] == 0
    assert api("GET", "alerts/?show_resolved=false")["count"] == 0
    for query in ("show_resolved=true", "status=resolved"):
        (found,) = api("GET", f"alerts/?{query}")["results"]
        assert (found["note"], found["resolve_reason"]) == ("Sold no more", "manual")
    assert api("GET", "alerts/?status=open&show_resolved=true")["count"] == 0


def test_the_counts_say_what_is_active_resolved_and_low(api, item, alert):
    counts = api("GET", "alerts/stats/")
    assert counts == {
        "total": 1, "active": 1, "open": 1, "acknowledged": 0, "resolved": 0,
        "active_by_kind": {"low": 1, "high": 0, "out_of_stock": 0, "unreachable": 0},
        "low_stock_items": 1,
    }  # fmt: skip
    assert api("GET", "items/?is_low=true")["count"] == 1
    assert api("GET", "monitors/?is_low=true")["count"] == 1
    api("PUT", f"alerts/{alert['id']}/resolve/", {})
    counts = api("GET", "alerts/stats/")
    assert (counts["active"], counts["resolved"], counts["low_stock_items"]) == (0, 1, 1)


def test_an_alert_is_acknowledged_once_and_not_after_its_end(api, alert):
    path = f"alerts/{alert['id']}"
    assert api("POST", f"{path}/acknowledge/", {"note": "Seen"})["status"] == "acknowledged"
    assert api("POST", f"{path}/acknowledge/", {}, 409)["error"]["code"] == "conflict"
    api("PUT", f"{path}/resolve/", {})
    api("PUT", f"{path}/resolve/", {}, 409)


def test_many_are_moved_in_one_request_that_says_which_were_not(api, team, alert):
    website = make_website(team, source="manual")
    other = Alert.objects.create(website=website, kind="unreachable", subject="Shop")
    body = {"action": "acknowledge", "ids": [alert["id"], other.pk], "note": "Seen"}
    assert api("POST", "alerts/bulk/", body) == {"done": [alert["id"], other.pk], "failed": []}
    again = api("POST", "alerts/bulk/", body)
    assert again["done"] == []
    assert [one["id"] for one in again["failed"]] == [alert["id"], other.pk]


def test_a_bulk_that_names_an_alert_of_another_team_moves_none(api, alert):
    foreign = Alert.objects.create(website=make_website(), kind="unreachable")
    body = {"action": "resolve", "ids": [alert["id"], foreign.pk]}
    theirs = api("POST", "alerts/bulk/", body, 400)
    nobodys = api("POST", "alerts/bulk/", {**body, "ids": [alert["id"], 99999]}, 400)
    assert theirs["error"]["fields"] == {"ids": [f"Not there: {foreign.pk}."]}
    assert list(nobodys["error"]["fields"]) == ["ids"]
    assert Alert.objects.unresolved().count() == 2


def test_a_check_on_demand_counts_the_own_team_only(api, item):
    make_monitor(make_website(source="manual"), first_read_at=timezone.now(), quantity=1)
    assert api("POST", "alerts/trigger-check/") == {"checked": 1, "opened": 0, "resolved": 0}


def test_a_person_reads_and_sets_their_own_preferences(person):
    assert person("GET", "alerts/preferences/get/")["alert_threshold"] == 5
    body = {"phone": "+4915112345678", "quiet_from": "22:00", "quiet_until": "07:00"}
    kept = person("PUT", "alerts/preferences/update/", body)
    assert kept == person("GET", "alerts/preferences/get/")
    assert (kept["phone"], kept["quiet_from"]) == ("+4915112345678", "22:00")
    refused = person("PUT", "alerts/preferences/update/", {"time_zone": "Mars"}, 400)
    assert list(refused["error"]["fields"]) == ["time_zone"]


def test_a_key_has_no_preferences_and_is_told_so(api):
    for method, path in (("GET", "get"), ("PUT", "update")):
        answer = api(method, f"alerts/preferences/{path}/", {}, 409)
        assert "log-in of a person" in answer["error"]["message"]


def test_a_silence_holds_for_so_many_minutes_and_is_ended_early(api, item):
    made = api("POST", f"monitors/{item['id']}/silence/", {"minutes": 90, "reason": "Move"}, 201)
    row = Silence.objects.get(pk=made["id"])
    assert row.ends_at - row.starts_at == pytest.approx(
        timedelta(minutes=90), abs=timedelta(seconds=5)
    )
    assert (made["monitor"], made["author"]) == (item["id"], "API key admin")
    assert api("GET", "silences/?in_force=true")["count"] == 1
    assert not api("POST", f"silences/{made['id']}/end/")["is_in_force"]
    assert api("GET", "silences/?in_force=true")["count"] == 0
    api("POST", f"silences/{made['id']}/end/", {}, 409)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "ends_at"),
        ({"minutes": 5, "ends_at": "2100-01-01T00:00:00Z"}, "ends_at"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "ends_at"),
        ({"ends_at": "2100-01-01T00:00:00Z"}, "ends_at"),
        ({"minutes": 0}, "minutes"),
        ({"minutes": 5, "event_types": ["thunder"]}, "event_types.0"),
    ],
)
def test_a_silence_that_makes_no_sense_is_refused_by_its_field(api, body, field):
    answer = api("POST", "silences/", body, 400)
    assert list(answer["error"]["fields"]) == [field]


def test_an_item_belongs_to_a_member_of_the_team_or_to_nobody(api, person, team):
    assert api("POST", "items/", {"name": "A", "quantity": 1}, 201)["owner"] is None
    mine = person("POST", "items/", {"name": "B", "quantity": 1}, 201)
    assert mine["owner"] == "ada"
    stranger = make_user("stranger", team=make_team())
    for name in (stranger.username, "nobody"):
        body = {"name": "C", "quantity": 1, "owner": name}
        assert list(api("POST", "items/", body, 400)["error"]["fields"]) == ["owner"]
    kept = person("PUT", f"items/{mine['id']}/", {"name": "B", "quantity": 2})
    assert kept["owner"] == "ada", "what is left out stays"
    assert person("GET", "items/?mine=true")["count"] == 1


def test_a_nameless_item_and_one_without_a_number_are_refused(api):
    for body, field in (({"name": " ", "quantity": 1}, "name"), ({"name": "A"}, "quantity")):
        assert list(api("POST", "items/", body, 400)["error"]["fields"]) == [field]
    empty = {"name": "A", "quantity": None}
    assert list(api("POST", "items/", empty, 400)["error"]["fields"]) == ["quantity"]
