"""The overview: every number leads to exactly the rows it counts, and it costs the same however many."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Preferences
from monitoring.hours import clock_hours
from monitoring.models import Alert, MonitorHistory
from notifications.models import Channel, NotificationLog
from runtime.heartbeats import TICKER, beat
from tests.admin.conftest import log_in
from tests.admin.world import World, make_world
from tests.factories import make_monitor, make_team, make_user, make_website
from websites.models import Website

pytestmark = pytest.mark.django_db

LINK = re.compile(r'<a[^>]*?href="([^"]*)"[^>]*?data-count="(\d+)"', re.DOTALL)


def overview(client: Client) -> str:
    return client.get("/admin/?live=1").content.decode()


def numbers(client: Client) -> dict[str, int]:
    """Address of a list -> the number that leads to it."""
    return {unescape(url): int(count) for url, count in LINK.findall(overview(client))}


def rows_of(client: Client, url: str) -> int:
    return int(client.get(url).context["cl"].result_count)


def statements(client: Client) -> int:
    with CaptureQueriesContext(connection) as found:
        overview(client)
    return len(found)


def busy_day(world: World) -> None:
    """A bit of everything an overview counts, in the team of the world."""
    now = timezone.now()
    for available, state in (
        (True, "low"), (True, "ok"), (False, "low"), (False, "ok"), (None, ""), (None, ""),
    ):  # fmt: skip
        monitor = make_monitor(world.website, available=available, threshold_state=state)
    for health in ("ok", "degraded", "unreachable", "blocked", "never"):
        make_website(world.team, health=health, last_success_at=now, last_error="It broke.")
    make_website(world.team, health="blocked", is_active=False)
    for kind, hours in (("restocked", 0), ("restocked", 5), ("sold_out", 5), ("price_changed", 22)):
        MonitorHistory.objects.create(
            website=world.website, monitor=world.monitor, event_type=kind,
            created_at=now - timedelta(hours=hours),
        )  # fmt: skip
    MonitorHistory.objects.create(
        website=world.website, event_type="restocked", created_at=now - timedelta(days=3)
    )
    for kind, status in (("low", "acknowledged"), ("high", "open"), ("out_of_stock", "open")):
        Alert.objects.create(website=world.website, kind=kind, status=status, monitor=monitor)
    channel = world.rows[Channel]
    for status in ("pending", "pending", "sending", "sent", "dead", "dropped"):
        key = f"{status}-{NotificationLog.objects.count()}"
        NotificationLog.objects.create(channel=channel, group_key=key, status=status)  # type: ignore[misc]
    for health in ("failing", "disabled"):
        Channel.objects.create(team=world.team, name=health, kind="webhook", health=health)


@pytest.mark.parametrize("role", ["viewer", pytest.param("superuser", marks=pytest.mark.once)])
def test_every_number_is_that_of_the_list_it_leads_to(world: World, role: str) -> None:
    busy_day(world)
    busy_day(make_world("othercorp"))
    root = make_user("root", is_staff=True, is_superuser=True)
    client = log_in(root if role == "superuser" else getattr(world, role))
    found = numbers(client)
    assert len(found) > 25
    assert {url: rows_of(client, url) for url in found} == found


def test_numbers_are_of_the_users_own_teams(world: World, viewer: Client) -> None:
    before = overview(viewer)
    busy_day(make_world("othercorp"))
    after = overview(viewer)
    assert "othercorp" not in after
    assert LINK.findall(before) == LINK.findall(after)


def test_it_costs_the_same_statements_however_much_there_is(world: World, owner: Client) -> None:
    counts = [statements(owner)]
    busy_day(world)
    for _ in range(30):
        make_monitor(make_website(world.team), available=True)
    counts.append(statements(owner))
    assert counts[0] == counts[1] <= 18  # three of them ask who is there


def test_hours_are_those_of_the_viewers_clock(world: World, viewer: Client) -> None:
    Preferences.objects.create(user=world.viewer, time_zone="Asia/Kolkata")
    page = viewer.get("/admin/").context
    assert page["as_of"].tzname() == "IST"
    starts = clock_hours(page["as_of"])
    assert len(starts) == 24
    assert {start.minute for start in starts} == {30}
    assert starts[-1] <= page["as_of"] < starts[-1] + timedelta(hours=1)


def test_the_live_page_is_the_panels_without_its_frame(owner: Client) -> None:
    whole = owner.get("/admin/").content.decode()
    part = overview(owner)
    assert 'id="overview"' in whole
    assert "Figure(" not in whole  # a panel that shares its name with the theme's messages
    assert 'id="overview"' in part
    assert "data-live-switch" in whole
    assert "<html" not in part
    assert "data-live-switch" not in part


def test_somebody_logged_out_gets_no_overview() -> None:
    response = Client().get("/admin/?live=1")
    assert response.status_code == 302
    assert "login" in response["Location"]


def test_a_newcomer_is_told_the_next_step() -> None:
    team = make_team()
    owner = log_in(make_user(team=team, is_staff=True))
    viewer = log_in(make_user(team=team, role="viewer", is_staff=True))
    assert "Watch your first shop" in overview(owner)
    assert "An owner of your team can add one" in overview(viewer)
    assert "Watch your first shop" not in overview(viewer)


def test_the_system_strip_says_what_runs_and_what_is_silent(world: World, viewer: Client) -> None:
    assert "Ticker <b>does not run</b>" in overview(viewer)
    beat(TICKER)
    assert "Ticker <b>runs</b>" in overview(viewer)
    beat(TICKER, timezone.now() - timedelta(minutes=3))
    assert "Ticker <b>silent for 3 min</b>" in overview(viewer)


def test_failing_shops_come_first_with_their_advice(world: World, viewer: Client) -> None:
    make_website(
        world.team, name="Zeta", health="auth_failed", last_error="Refused.", last_advice="Try X."
    )
    make_website(world.team, name="Quiet", is_active=False)
    shops = viewer.get("/admin/").context["shops"]
    assert "Zeta" in shops[0].link
    assert shops[0].trouble == "Refused. Try X."
    assert "Quiet" in shops[-1].link


def test_a_span_nobody_understands_filters_nothing(viewer: Client) -> None:
    address = "/admin/monitoring/monitorhistory/?when="
    everything = rows_of(viewer, address)
    for wrong in ("x", "-", "1-x", "9" * 30, "٣-"):
        assert rows_of(viewer, address + wrong) == everything
    assert rows_of(viewer, address + "24h") == everything
    assert rows_of(viewer, address + "0-1") == 0
    assert Website.objects.exists()
