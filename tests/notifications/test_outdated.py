from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from monitoring.choices import EventType
from monitoring.models import MonitorHistory
from notifications.models import NotificationLog
from notifications.outdated import OVER, Told, is_overtaken
from notifications.services.claiming import claim
from notifications.services.outbox import deliver, notification_resend
from notifications.services.overtaking import FRESH_FOR
from tests.factories import make_monitor, make_website
from tests.notifications.factories import make_channel, make_event

LATER = FRESH_FOR + timedelta(seconds=1)


def told(number, event_type, *, about=1, cause="", suppressed=False):
    return Told(number, event_type, ("monitor", about), cause, suppressed)


def over(*event_types, **fields):
    first, *others = [told(number, name) for number, name in enumerate(event_types)]
    return is_overtaken(first, others)


@pytest.mark.parametrize(
    ("happened", "expected"),
    [
        (["restocked"], False),
        (["restocked", "sold_out"], True),
        (["restocked", "stock_decreased"], False),
        (["restocked", "sold_out", "restocked"], True),  # the last one says it
        (["sold_out", "restocked"], True),
        (["threshold_breach_low", "threshold_recovered"], True),
        (["threshold_breach_low", "sold_out"], False),
        (["threshold_breach_low", "threshold_breach_high"], True),
        (["alert_opened", "alert_resolved"], True),
        (["alert_opened", "alert_acknowledged"], False),
        (["alert_opened", "alert_reminder"], False),
        (["alert_reminder", "alert_resolved"], True),
        (["alert_reminder", "alert_acknowledged"], True),
        (["alert_reminder", "alert_reminder"], True),
        (["website_unreachable", "website_recovered"], True),
        (["price_changed", "price_changed"], False),
    ],
)
def test_what_ended_or_is_told_again_is_over(happened, expected):
    assert over(*happened) is expected


def test_what_came_again_but_is_not_told_keeps_the_message():
    low, recovered = told(1, "threshold_breach_low"), told(2, "threshold_recovered")
    again = told(3, "threshold_breach_low", suppressed=True)
    assert not is_overtaken(low, [recovered, again])
    assert is_overtaken(recovered, [again])
    reopened = told(4, "alert_opened", cause="low", suppressed=True)
    resolved = told(3, "alert_resolved", cause="low")
    assert not is_overtaken(told(2, "alert_reminder", cause="low"), [resolved, reopened])


def test_other_products_other_alerts_and_earlier_events_end_nothing():
    restocked = told(5, "restocked")
    assert not is_overtaken(restocked, [told(6, "sold_out", about=2), told(4, "sold_out")])
    opened = told(5, "alert_opened", cause="low")
    assert not is_overtaken(opened, [told(6, "alert_resolved", cause="out_of_stock")])


@pytest.mark.unit
def test_only_kinds_that_exist_are_named():
    named = set(OVER) | {name for names in OVER.values() for name in names}
    assert named <= set(EventType.values)


# --- over real rows --------------------------------------------------------------------------


@pytest.fixture
def website(db):
    return make_website()


@pytest.fixture
def now():
    return timezone.now()


def owed(website, *events, **fields):
    channel = make_channel(website.team)
    values = {"group_key": f"e{events[0].pk}", "notification_type": "batch"}
    row = NotificationLog.objects.create(channel=channel, **{**values, **fields})
    row.events.set(events)
    return row


def verdicts(now):
    """Notification id -> code of what was decided without sending."""
    found = claim(ids=None, limit=20, now=now)
    return {each.id: each.verdict.code if each.verdict else None for each in found}


def test_a_restock_that_is_gone_again_is_dropped_and_says_so(website, now):
    monitor = make_monitor(website)
    row = owed(website, make_event(monitor, "restocked"), notification_type="restocked")
    make_event(monitor, "sold_out")
    assert deliver(now=now + LATER).sent == 0
    row.refresh_from_db()
    assert (row.status, row.error_code) == ("dropped", "outdated")
    assert row.error_message == "What it told of was over before it could be sent."
    assert row.subject.startswith("Restocked: VPS 1")


def test_at_its_first_chance_it_goes_all_the_same(website, now):
    monitor = make_monitor(website)
    row = owed(website, make_event(monitor, "restocked"))
    make_event(monitor, "sold_out")
    assert verdicts(now + timedelta(seconds=30)) == {row.pk: None}


def test_a_batch_is_dropped_only_when_all_of_it_is_over(website, now):
    gone, there = make_monitor(website), make_monitor(website)
    mixed = owed(website, make_event(gone, "restocked"), make_event(there, "restocked"))
    over = owed(website, make_event(gone, "restocked"), make_event(gone, "threshold_breach_low"))
    plain = owed(website, make_event(gone, "restocked"), make_event(gone, "price_changed"))
    make_event(gone, "sold_out")
    make_event(gone, "threshold_recovered")
    assert verdicts(now + LATER) == {mixed.pk: None, over.pk: "outdated", plain.pk: None}


def test_digests_tests_and_resends_are_never_outdated(website, now):
    monitor = make_monitor(website)
    event = make_event(monitor, "restocked")
    digest = owed(website, event, notification_type="digest")
    sent = owed(website, event, status="sent", subject="x", rendered={"html": ""})
    again = notification_resend(notification=sent)
    make_event(monitor, "sold_out")
    assert verdicts(now + LATER) == {digest.pk: None, again.pk: None}


def test_a_website_that_answers_again_was_not_worth_a_late_message(website, now):
    row = owed(website, make_event(website=website, event_type="website_unreachable"))
    other = owed(website, make_event(website=make_website(), event_type="website_unreachable"))
    make_event(website=website, event_type="website_recovered")
    assert verdicts(now + LATER) == {row.pk: "outdated", other.pk: None}


def test_alerts_of_different_kinds_do_not_end_each_other(website, now):
    monitor = make_monitor(website)
    low = owed(website, make_event(monitor, "alert_reminder", metadata={"cause": "low"}))
    high = owed(website, make_event(monitor, "alert_reminder", metadata={"cause": "high"}))
    make_event(monitor, "alert_resolved", metadata={"cause": "low"})
    assert verdicts(now + LATER) == {low.pk: "outdated", high.pk: None}


def test_what_came_again_within_a_day_is_still_told_by_the_first_message(website, now):
    monitor = make_monitor(website)
    row = owed(website, make_event(monitor, "threshold_breach_low"))
    make_event(monitor, "threshold_recovered")
    make_event(monitor, "threshold_breach_low", suppressed="dedupe")
    assert verdicts(now + LATER) == {row.pk: None}


def test_a_message_whose_events_are_gone_says_that(website, now):
    row = owed(website, make_event(make_monitor(website), "restocked"))
    MonitorHistory.objects.all().delete()
    assert verdicts(now + LATER) == {row.pk: "events_deleted"}
