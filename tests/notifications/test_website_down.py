"""One website with very many monitors fails: one message when it is down, one when it is back."""

from __future__ import annotations

import pytest

from monitoring.models import Alert, Monitor, MonitorHistory
from notifications.models import NotificationLog
from notifications.planning import all_plan
from tests.factories import make_monitor, make_user, make_website, reading, snapshot
from tests.monitoring.polls import poll
from tests.notifications.factories import make_channel, subscribe
from websites.sources.errors import UnreachableError

pytestmark = pytest.mark.django_db

COUNT = 2_800
EVERYTHING = ("*", "alert_opened", "alert_resolved")


def messages(channel):
    rows = NotificationLog.objects.filter(channel=channel).order_by("pk")
    return [(row.status, list(row.events.values_list("event_type", flat=True))) for row in rows]


def test_2800_monitors_that_go_down_with_their_website_are_one_message_per_subscriber():
    website = make_website()
    owner = make_user(team=website.team)
    make_monitor(website, product_id="0", threshold_low=3)
    Monitor.objects.bulk_create(
        Monitor(website=website, product_id=str(number), product_name="VPS", threshold_low=3)
        for number in range(1, COUNT)
    )
    whole = snapshot(*(reading(5, product_id=str(number)) for number in range(COUNT)))
    poll(website, whole)
    all_plan()
    subscribers = [
        make_channel(website.team),
        make_channel(website.team, kind="email", config={"to": ["a@example.com"]}),
        make_channel(website.team, user=owner),
    ]
    for channel in subscribers:
        subscribe(channel, *EVERYTHING, only_own=channel.user is not None)
    for later in (100, 200, 400, 800, 1600):
        poll(website, UnreachableError("No answer.", code="timeout"), later=later)
        all_plan()
    assert MonitorHistory.objects.filter(monitor__isnull=False).count() == 0
    for channel in subscribers:
        ((status, kinds),) = messages(channel)
        assert status == "pending"
        assert "website_unreachable" in kinds
    assert Alert.objects.exclude(kind="unreachable").count() == 0

    changed = snapshot(
        *(reading(0 if number == 7 else 5, product_id=str(number)) for number in range(COUNT)),
        body_hash="1:other",
    )
    poll(website, changed, later=3200)
    all_plan()
    for channel in subscribers:
        (_, (_, kinds)) = messages(channel)
        assert {"website_recovered", "sold_out"} <= set(kinds)
