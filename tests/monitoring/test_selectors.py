from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring import selectors
from monitoring.services.ingest import stock_push
from tests.factories import make_monitor, make_team, make_user, make_website

pytestmark = pytest.mark.django_db


def test_the_summary_counts_the_week_in_pieces():
    monitor = make_monitor(make_website(source="manual"))
    for quantity in (0, 9, 7, 4):
        stock_push(monitor=monitor, quantity=quantity)
    monitor.refresh_from_db()
    assert selectors.monitor_summary(monitor) == {
        "current_quantity": 4,
        "previous_quantity": 7,
        "last_change_at": monitor.last_changed_at,
        "restocks_7d": 1,
        "sold_7d": 5,
        "open_alert": None,
    }


def test_the_summary_of_an_unread_monitor_has_no_numbers():
    summary = selectors.monitor_summary(make_monitor())
    assert (summary["current_quantity"], summary["previous_quantity"]) == (None, None)


def test_histories_are_newest_first_and_limited():
    monitor = make_monitor(make_website(source="manual"))
    for quantity in (5, 0, 3):
        stock_push(monitor=monitor, quantity=quantity)
    assert [r.quantity for r in selectors.stock_history(monitor, limit=2)] == [3, 0]
    assert [e.event_type for e in selectors.monitor_history(monitor, limit=1)] == ["restocked"]


def test_a_monitor_was_checked_when_its_website_was_read_unless_it_was_missing():
    now = timezone.now()
    monitor = make_monitor(make_website(last_success_at=now))
    assert selectors.last_checked_at(monitor) == now
    monitor.missing_since = now - timedelta(hours=1)
    assert selectors.last_checked_at(monitor) == monitor.missing_since


def test_the_status_counts_only_what_the_actor_sees():
    team = make_team()
    make_monitor(make_website(team), available=True)
    make_monitor(make_website(team), available=False, status="paused")
    make_monitor(available=True)
    counts = selectors.status_summary(make_user(team=team))
    assert (counts["monitors"], counts["in_stock"], counts["out_of_stock"], counts["paused"]) == (
        2,
        1,
        1,
        1,
    )


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"is_active": False}, "website is paused"),
        ({"last_error": "Invalid IP", "last_advice": "Allow it."}, "Allow it."),
        ({"next_poll_at": timezone.now() - timedelta(hours=1)}, "overdue"),
        ({}, "No product is watched"),
    ],
)
def test_a_website_says_why_it_is_not_running(fields, words):
    assert words in " ".join(selectors.why_not_running(make_website(**fields)))


def test_a_failing_website_says_when_it_tries_again():
    later = timezone.now() + timedelta(minutes=5)
    reasons = selectors.why_not_running(make_website(failure_count=2, next_poll_at=later))
    assert "2 polls in a row failed" in " ".join(reasons)


def test_a_monitor_says_why_it_shows_nothing():
    website = make_website(last_success_at=timezone.now())
    assert "zero means" in " ".join(selectors.why_not_running(make_monitor(website)))
    assert "monitor is paused" in " ".join(
        selectors.why_not_running(make_monitor(website, status="paused"))
    )


def test_a_healthy_website_has_nothing_to_say():
    assert selectors.why_not_running(make_monitor().website) == []
