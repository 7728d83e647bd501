"""Pages, order, search and filters."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.models import Monitor
from monitoring.services.ingest import stock_push
from notifications.models import Channel, NotificationLog
from tests.factories import make_monitor, make_website

pytestmark = pytest.mark.django_db


def names(answer):
    return [row["name"] for row in answer["results"]]


def test_equal_rows_are_on_one_page_each(api, team):
    for number in range(5):
        make_website(team, name=f"Shop {number}", poll_interval=60)
    seen = []
    for page in (1, 2, 3):
        seen += names(api("GET", f"websites/?ordering=-poll_interval&page_size=2&page={page}"))
    assert seen == [f"Shop {number}" for number in reversed(range(5))]


def test_a_page_has_at_most_500_rows(api, team):
    website = make_website(team)
    Monitor.objects.bulk_create(Monitor(website=website, product_id=f"{n}") for n in range(501))
    assert len(api("GET", "monitors/?page_size=100000")["results"]) == 500
    assert len(api("GET", "monitors/")["results"]) == 50


@pytest.mark.parametrize("label", ["eu", "Zürich", 'a "b" \\ c', "日本", "100 %"])
def test_a_label_is_found_whole(api, team, label):
    make_website(team, name="yes", labels=["other", label])
    make_website(team, name="no", labels=[f"{label}x", f"x{label}"])
    make_monitor(make_website(team, name="m"), labels=[label])
    query = {"label": label}
    found = api.client.get("/api/v1/websites/", query).json()
    assert names(found) == ["yes"]
    assert api.client.get("/api/v1/monitors/", query).json()["count"] == 1
    assert api("GET", "websites/?label=")["count"] == 3


def test_health_is_filtered_as_it_is_shown(api, team):
    make_website(team, name="well", health="ok")
    make_website(team, name="resting", health="ok", is_active=False)
    assert names(api("GET", "websites/?health=ok")) == ["well"]
    assert names(api("GET", "websites/?health=paused")) == ["resting"]
    assert "health" in api("GET", "websites/?health=fine", status=400)["error"]["fields"]


def test_rows_are_filtered_by_team_and_by_what_they_belong_to(api, team):
    monitor = make_monitor(make_website(team, source="manual"))
    for quantity in (5, 0, 3):
        stock_push(monitor=monitor, quantity=quantity)
    other = make_monitor(make_website(team, source="manual"))
    stock_push(monitor=other, quantity=1)
    channel = Channel.objects.create(team=team, name="c", kind="email", config={})
    for event in monitor.history.all():
        log = NotificationLog.objects.create(channel=channel, group_key=f"{event.pk}")
        log.events.set(monitor.history.all())
    for path, count in (
        (f"stock-records/?website={monitor.website_id}", 3),
        (f"stock-records/?monitor={other.pk}", 1),
        (f"history/?monitor={monitor.pk}", 2),
        (f"history/?record={monitor.records.latest('id').pk}", 1),
        (f"notifications/?monitor={monitor.pk}", 2),
        (f"notifications/?website={monitor.website_id}&status=pending", 2),
        (f"notifications/?monitor={other.pk}", 0),
        (f"notifications/?events={monitor.history.latest('id').pk}", 2),
        (f"monitors/?public_id={monitor.public_id}", 1),
        ("monitors/?quantity_min=2&stock_control_enabled=true", 1),
        ("monitors/?is_unknown=false", 2),
    ):
        assert api("GET", path)["count"] == count, path
    for prefix in ("websites", "monitors", "stock-records", "history", "notifications"):
        everything = api("GET", f"{prefix}/")["count"]
        assert api("GET", f"{prefix}/?team={team.pk}")["count"] == everything > 0, prefix


def test_times_are_filtered_from_and_until(api, team):
    monitor = make_monitor(make_website(team, source="manual"))
    stock_push(monitor=monitor, quantity=5)
    stock_push(monitor=monitor, quantity=0)
    monitor.website.poll_runs.create()
    soon = (timezone.now() + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    for path in ("stock-records", "history", "poll-runs"):
        assert api("GET", f"{path}/?until={soon}")["count"] > 0
        assert api("GET", f"{path}/?since={soon}")["count"] == 0
    assert api("GET", f"monitors/?changed_since={soon}")["count"] == 0


def test_the_lists_below_a_monitor_turn_round(api, team):
    monitor = make_monitor(make_website(team, source="manual"))
    for quantity in (5, 0, 3):
        stock_push(monitor=monitor, quantity=quantity)
    for path in ("records", "history"):
        newest = [row["id"] for row in api("GET", f"monitors/{monitor.pk}/{path}/")["results"]]
        oldest = [
            row["id"]
            for row in api("GET", f"monitors/{monitor.pk}/{path}/?ordering=created_at")["results"]
        ]
        assert newest == sorted(newest, reverse=True) == oldest[::-1]
        assert len(newest) > 1
