""" "Why did I get this alert?" is one click away from the message."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from monitoring.models import MonitorHistory
from notifications.models import NotificationLog
from tests.admin.world import make_world
from tests.factories import make_monitor, make_website, reading, snapshot
from tests.monitoring.polls import poll
from websites.sources.errors import BlockedError

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world("mine")


@pytest.fixture
def viewer(world):
    client = Client()
    client.force_login(world.viewer)
    return client


def test_the_evidence_is_one_click_from_the_message(world, viewer):
    website = make_website(world.team, source="whmcs_api")
    make_monitor(website, product_id="1")
    poll(website, snapshot(reading(5)))
    poll(website, snapshot(reading(0, token="quantity_available"), body_hash="7:abc"))
    log = world.rows[NotificationLog]
    log.events.set(MonitorHistory.objects.filter(event_type="sold_out"))
    text = viewer.get(f"/admin/notifications/notificationlog/{log.pk}/change/").content.decode()
    (link,) = re.findall(r'href="([^"]+)">Why #', text)
    page = viewer.get(link).content.decode()
    for told in ("Sold out (was 5)", "5 → 0", "WHMCS API", "quantity_available", "7:abc", "200"):
        assert told in page


def test_an_outage_keeps_its_evidence_too(world, viewer):
    website = make_website(world.team)
    poll(website, BlockedError("The shop shows a block page.", status=403, page_class="blocked"))
    event = MonitorHistory.objects.get(event_type="website_unreachable")
    page = viewer.get(f"/admin/monitoring/monitorhistory/{event.pk}/change/").content.decode()
    for told in ("a block page", "403", "blocked"):
        assert told in page
