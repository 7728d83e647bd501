"""The endpoints as programs use them (contract section 4)."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from monitoring.models import PollRun
from notifications.models import Channel, NotificationLog, Subscription
from tests.api.conftest import Api
from tests.factories import make_monitor, make_team, make_user, make_website
from websites.models import CatalogueProduct, Website

pytestmark = pytest.mark.django_db

SHOP = {
    "name": "Alpha",
    "source": "whmcs_api",
    "website_url": "https://shop.example/billing",
    "api_identifier": "ident",
    "api_secret": "planted-secret",
}


def test_a_website_is_created_read_changed_and_deleted(api, team):
    made = api("POST", "websites/", SHOP, 201)
    assert (made["team"], made["website_url"], made["health"]) == (
        team.pk,
        "https://shop.example/billing",
        "never",
    )
    assert made["api_identifier"] == "ident"
    assert "api_secret" not in made
    assert "planted-secret" not in str(api("GET", f"websites/{made['id']}/"))
    changed = api("PATCH", f"websites/{made['id']}/", {"poll_interval": 30, "labels": ["eu"]})
    assert (changed["poll_interval"], changed["labels"]) == (30, ["eu"])
    assert Website.objects.get().credentials["secret"] == "planted-secret"
    api("DELETE", f"websites/{made['id']}/", status=204)
    assert Website.objects.count() == 0


def test_problems_name_the_field_the_caller_used(api):
    answer = api("POST", "websites/", {**SHOP, "api_secret": "", "website_url": "ftp://x"}, 400)
    assert answer["error"]["code"] == "invalid"
    assert set(answer["error"]["fields"]) == {"website_url", "api_secret"}
    again = api("POST", "websites/", SHOP, 201)
    taken = api("POST", "websites/", SHOP, 400)
    assert "name" in taken["error"]["fields"]
    wrong = api("PATCH", f"websites/{again['id']}/", {"poll_interval": 1}, 400)
    assert "poll_interval" in wrong["error"]["fields"]


def test_a_paused_website_cannot_be_polled_and_is_after_resuming(api, team):
    website = make_website(team)
    assert api("POST", f"websites/{website.pk}/pause/")["health"] == "paused"
    refused = api("POST", f"websites/{website.pk}/poll/", status=409)
    assert refused["error"]["code"] == "conflict"
    api("POST", f"websites/{website.pk}/resume/")
    run = api("POST", f"websites/{website.pk}/poll/", status=202)["poll_run"]
    assert api("GET", f"poll-runs/{run}/")["state"] == "queued"


def test_a_connection_test_says_what_is_wrong(api, team):
    website = make_website(team)
    result = api("POST", f"websites/{website.pk}/check/")
    assert result["ok"] is False
    assert result["message"]


def test_an_import_from_a_dead_shop_is_an_error_of_the_other_side(api, team):
    website = make_website(team)
    assert api("POST", f"websites/{website.pk}/import/", {"all": True}, 502)["error"]["message"]
    api("POST", f"websites/{website.pk}/import/", {}, 400)


def test_the_catalogue_and_the_reasons_of_a_website(api, team):
    website = make_website(team)
    CatalogueProduct.objects.create(website=website, product_id="1", name="VPS")
    assert api("GET", f"websites/{website.pk}/catalogue/")["results"][0]["product_id"] == "1"
    assert api("GET", f"websites/{website.pk}/why-not-running/")["reasons"]


def test_a_monitor_takes_numbers_and_old_names(api, team):
    website = make_website(team)
    made = api(
        "POST",
        "monitors/",
        {
            "website": website.pk,
            "product_id": 12,
            "low_stock_threshold": 3,
            "notify_on_stock_low": False,
        },
        201,
    )
    assert (made["product_id"], made["threshold_low"], made["notify_on_threshold"]) == (
        "12",
        3,
        False,
    )
    assert (made["quantity"], made["available"], made["is_active"]) == (None, None, True)
    path = f"monitors/{made['id']}/"
    assert api("PATCH", path, {"is_active": False})["status"] == "paused"
    assert api("POST", f"{path}resume/")["is_active"] is True
    assert api("POST", f"{path}pause/")["is_active"] is False
    twice = api("POST", "monitors/", {"website": website.pk, "product_id": "12"}, 400)
    assert "product_id" in twice["error"]["fields"]
    api("DELETE", path, status=204)


def test_stock_is_pushed_and_read_back(api, team):
    monitor = make_monitor(make_website(team, source="manual", url="", credentials={}))
    path = f"monitors/{monitor.pk}/"
    assert api("POST", f"{path}stock/", {"quantity": 5}, 201)["change_type"] == "initial"
    assert api("POST", f"{path}stock/", {"quantity": 0}, 201)["delta"] == -5
    api("POST", f"{path}stock/", {"quantity": "many"}, 400)
    assert api("GET", f"{path}summary/")["previous_quantity"] == 5
    assert [r["quantity"] for r in api("GET", f"{path}records/")["results"]] == [0, 5]
    assert [r["event_type"] for r in api("GET", f"{path}history/")["results"]] == ["sold_out"]
    assert api("GET", f"history/?monitor={monitor.pk}&event_type=sold_out")["count"] == 1
    assert api("GET", "stock-records/?change_type=initial")["count"] == 1
    assert api("GET", "monitors/?available=false")["count"] == 1
    assert api("GET", "monitors/?is_low=true&is_active=true&quantity_min=1")["count"] == 0
    assert api("GET", "status/")["out_of_stock"] == 1


def test_lists_have_pages_order_search_and_filters(api, team):
    for name in ("Beta", "Alpha", "Gamma"):
        make_website(team, name=name)
    page = api("GET", "websites/?page_size=2&ordering=name")
    assert (page["count"], [row["name"] for row in page["results"]]) == (3, ["Alpha", "Beta"])
    assert page["next"]
    assert page["previous"] is None
    assert api("GET", "websites/?search=gam")["count"] == 1
    assert api("GET", "websites/?health=never&is_active=true&source=whmcs_api")["count"] == 3
    assert api("GET", "websites/?page=9", status=404)["error"]["code"] == "not_found"


def test_a_webhook_channel_shows_its_secret_once(api):
    made = api(
        "POST",
        "channels/",
        {"name": "Hook", "kind": "webhook", "config": {"url": "https://receiver.example/in"}},
        201,
    )
    assert made["config"]["secret"].startswith("whsec_")
    again = api("GET", f"channels/{made['id']}/")
    assert "secret" not in again["config"]
    assert again["secrets_set"] == ["secret"]
    renamed = api("PATCH", f"channels/{made['id']}/", {"name": "Other"})
    assert renamed["name"] == "Other"
    wrong = api("POST", "channels/", {"name": "X", "kind": "webhook", "config": {}}, 400)
    assert wrong["error"]["fields"]


def test_a_subscription_names_events_and_rows_of_its_team(api, team):
    channel = Channel.objects.create(team=team, name="c", kind="email", config={"to": ["a@x.io"]})
    website = make_website(team)
    body = {"channel": channel.pk, "events": ["sold_out"], "websites": [website.pk]}
    made = api("POST", "subscriptions/", body, 201)
    assert (made["events"], made["websites"], made["digest"]) == (["sold_out"], [website.pk], "now")
    changed = api("PATCH", f"subscriptions/{made['id']}/", {"events": ["*"], "digest": "daily"})
    assert (changed["events"], changed["digest"]) == (["*"], "daily")
    assert api("POST", "subscriptions/", {**body, "events": ["nonsense"]}, 400)["error"]["fields"]
    api("DELETE", f"subscriptions/{made['id']}/", status=204)
    assert Subscription.objects.count() == 0


def test_a_message_can_be_resent(api, team):
    channel = Channel.objects.create(team=team, name="c", kind="email", config={"to": ["a@x.io"]})
    row = NotificationLog.objects.create(
        channel=channel, group_key="x", notification_type="sold_out", status="dead", subject="S"
    )
    made = api("POST", f"notifications/{row.pk}/resend/", status=201)
    assert made["resend_of"] == row.pk
    assert api("GET", "notifications/?status=dead")["count"] == 1


def test_one_cycle_is_asked_for_by_its_team_only(api, team):
    mine, _ = make_website(team), make_website()
    runs = api("POST", "cycle/", {}, 202)["poll_runs"]
    assert list(PollRun.objects.values_list("pk", "website_id")) == [(runs[0], mine.pk)]


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [("read", set()), ("write", {"monitor", "poll"}), ("admin", {"monitor", "poll", "website"})],
)
def test_a_key_does_what_its_scope_says(api_of, team, scope, allowed):
    api, website = api_of(team, scope), make_website(team)
    api("GET", "websites/")

    def status(what, fine):
        return fine if what in allowed else 403

    row = {"website": website.pk, "product_id": "1"}
    api("POST", "monitors/", row, status("monitor", 201))
    api("POST", f"websites/{website.pk}/poll/", status=status("poll", 202))
    api("POST", "websites/", SHOP, status("website", 201))
    api("DELETE", f"websites/{website.pk}/", status=status("website", 204))


def test_a_person_with_several_teams_says_which(team):
    user = make_user(team=team)
    client = APIClient()
    client.force_login(user)
    api = Api(client)
    assert api("POST", "websites/", SHOP, 201)["team"] == team.pk
    other = make_team()
    other.memberships.create(user=user, role="owner")
    assert "team" in api("POST", "websites/", {**SHOP, "name": "B"}, 400)["error"]["fields"]
    made = api("POST", "websites/", {**SHOP, "name": "B", "team": other.pk}, 201)
    assert made["team"] == other.pk


@pytest.mark.parametrize("header", [None, "Api-Key nonsense", "Api-Key", "Bearer x"])
def test_strangers_are_told_nothing(header):
    client = APIClient()
    if header:
        client.credentials(HTTP_AUTHORIZATION=header)
    answer = client.get("/api/v1/websites/")
    assert answer.status_code == 401
    assert set(answer.json()["error"]) == {"code", "message", "fields"}


def test_every_error_has_one_shape(api, team):
    for method, path, body, status in (
        ("GET", "websites/999999/", None, 404),
        ("PUT", "websites/", {}, 405),
        ("GET", "nowhere/", None, 404),
    ):
        answer = api(method, path, body, status)
        assert set(answer["error"]) == {"code", "message", "fields"}
