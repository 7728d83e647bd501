"""A list costs the same queries for one row and for twenty."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.choices import Role
from accounts.services import membership_set
from config.api import router
from monitoring.models import Silence, StockRecord
from monitoring.services.ingest import stock_push
from notifications.models import Channel, NotificationLog, Subscription
from tests.api.conftest import Api
from tests.factories import make_monitor, make_team, make_user, make_website
from tests.tenancy.walk import routes
from websites.models import CatalogueProduct

pytestmark = [pytest.mark.django_db, pytest.mark.once]


def make_row(team):
    """One of everything, all joined to each other."""
    website = make_website(team, source="manual", labels=["eu"])
    monitor = make_monitor(website)
    for quantity in (5, 0):
        stock_push(monitor=monitor, quantity=quantity)
    website.poll_runs.create()
    website.alerts.create(monitor=make_monitor(website), kind="high")
    Silence.objects.create(
        team=team, monitor=monitor, reason="x", ends_at=timezone.now() + timedelta(hours=1)
    )
    name = f"c{monitor.pk}"
    channel = Channel.objects.create(team=team, name=name, kind="email", config={})
    subscription = Subscription.objects.create(channel=channel)
    subscription.websites.add(website)
    subscription.monitors.add(monitor)
    log = NotificationLog.objects.create(channel=channel, group_key=name)
    log.events.add(monitor.history.get())
    return monitor


def cost(api, path):
    with CaptureQueriesContext(connection) as queries:
        api("GET", path)
    return len(queries)


@pytest.mark.parametrize("prefix", [prefix for prefix, _ in routes(router)])
def test_a_list_takes_the_same_queries_for_one_row_and_for_twenty(api, team, prefix):
    make_row(team)
    api("GET", f"{prefix}/")
    few = cost(api, f"{prefix}/")
    for _ in range(19):
        make_row(team)
    assert cost(api, f"{prefix}/") == few
    assert few <= 6


def test_a_list_costs_a_member_of_many_teams_no_more(team):
    user = make_user(team=team)
    client = APIClient()
    client.force_login(user)
    api = Api(client)
    make_row(team)
    few = cost(api, "monitors/")
    for _ in range(5):
        another = make_team()
        membership_set(team=another, user=user, role=Role.VIEWER)
        make_row(another)
    assert cost(api, "monitors/") == few


def test_the_lists_below_a_row_cost_the_same_for_one_and_for_twenty(api, team):
    monitor = make_row(team)
    CatalogueProduct.objects.create(website=monitor.website, product_id="0")
    paths = (
        f"monitors/{monitor.pk}/records/",
        f"monitors/{monitor.pk}/history/",
        f"monitors/{monitor.pk}/days/",
        f"websites/{monitor.website_id}/catalogue/",
    )
    api("GET", "teams/")  # notes the use of the key
    few = [cost(api, path) for path in paths]
    StockRecord.objects.bulk_create(
        StockRecord(monitor=monitor, change_type="adjusted") for _ in range(19)
    )
    CatalogueProduct.objects.bulk_create(
        CatalogueProduct(website=monitor.website, product_id=f"{n + 1}") for n in range(19)
    )
    for _ in range(10):
        stock_push(monitor=monitor, quantity=3)
        stock_push(monitor=monitor, quantity=0)
    assert [api("GET", path)["count"] for path in paths] == [41, 21, 1, 20]
    assert [cost(api, path) for path in paths] == few
