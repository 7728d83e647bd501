"""What keeps messages back, over real rows: silences, bursts, quiet hours."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Preferences
from monitoring.models import Alert, Monitor, MonitorHistory, PollRun, Silence
from monitoring.services.monitors import monitors_delete
from notifications.channels.base import Message
from notifications.choices import DropCode
from notifications.models import Channel, NotificationLog
from notifications.planning import all_plan, events_plan
from notifications.services.claiming import Claim, claim
from notifications.services.outbox import deliver, notification_resend
from tests.docs.pages import table_rows, text_of
from tests.factories import make_monitor, make_user, make_website
from tests.notifications.factories import (
    make_channel,
    make_event,
    make_notification,
    make_poll_events,
    subscribe,
)

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
NIGHT = datetime(2026, 11, 21, 23, tzinfo=UTC)
MORNING = datetime(2026, 11, 22, 7, tzinfo=UTC)
QUIET: dict[str, Any] = {"quiet_from": time(22), "quiet_until": time(7)}


@pytest.fixture
def website():
    return make_website()


@pytest.fixture
def channel(website):
    channel = make_channel(website.team, kind="email", config={"to": ["a@example.com"]})
    subscribe(channel)
    return channel


def silence(of, **fields):
    values = {"starts_at": NOON - timedelta(hours=1), "ends_at": NOON + timedelta(hours=1)}
    return Silence.objects.create(
        team=of.team, **{"reason": "Moving", "author": "ann", **values, **fields}
    )


def words(claimed: Claim) -> Message:
    assert claimed.message is not None
    return claimed.message


def seconds(count):
    return NOON + timedelta(seconds=count)


def purchase(monitor, at, **fields):
    return make_event(
        monitor, "stock_decreased", created_at=at, from_quantity=9, to_quantity=8, **fields
    )


@pytest.fixture
def monitor(website):
    return make_monitor(website, notify_on_purchase=True)


# --- dropped rows ----------------------------------------------------------------------------


def test_what_is_silenced_is_a_visible_row_that_is_never_sent(website, channel):
    silence(website, website=website)
    events = [make_event(make_monitor(website), created_at=NOON) for _ in range(2)]
    assert events_plan(now=NOON) == []
    row = NotificationLog.objects.get()
    assert (row.status, row.error_code) == ("dropped", "silenced")
    assert row.error_message == "Silenced by ann until 2026-11-21 13:00 UTC: Moving"
    assert row.subject == f"Sold out: VPS 1 ({website}) and 1 more"
    assert set(row.events.all()) == set(events)
    assert deliver(now=NOON + timedelta(days=1)).claimed == 0


def test_a_silenced_event_planned_again_makes_no_second_row(website, channel):
    silence(website)
    make_event(make_monitor(website), created_at=NOON)
    events_plan(now=NOON)
    MonitorHistory.objects.update(planned_at=None)
    events_plan(now=NOON)
    assert NotificationLog.objects.count() == 1


@pytest.mark.parametrize("of_monitor", [True, False])
def test_a_label_of_website_or_monitor_is_silenced(website, channel, of_monitor):
    silence(website, label="eu")
    monitor = make_monitor(website, labels=["eu"] if of_monitor else [])
    if not of_monitor:
        website.labels = ["eu", "x"]
        website.save()
    make_event(monitor, created_at=NOON)
    make_event(make_monitor(make_website(website.team)), created_at=NOON)
    assert len(events_plan(now=NOON)) == 1
    assert NotificationLog.objects.filter(error_code="silenced").count() == 1


def test_a_silence_of_another_team_silences_nothing(website, channel):
    silence(make_website())
    make_event(make_monitor(website), created_at=NOON)
    assert len(events_plan(now=NOON)) == 1


def test_a_suppressed_event_is_told_to_nobody_and_recorded_why(website, channel):
    monitor = make_monitor(website)
    for reason in ("dedupe", "flapping", "baseline"):
        make_event(monitor, suppressed=reason)
    assert events_plan() == []
    codes = NotificationLog.objects.values_list("status", "error_code")
    assert sorted(codes) == [("dropped", "dedupe"), ("dropped", "flapping")]


def test_only_own_goes_to_the_owner_and_what_nobody_owns_to_all(website):
    ann, bob = (make_user(team=website.team) for _ in range(2))
    for user in (ann, bob):
        subscribe(make_channel(website.team, user=user), only_own=True)
    mine = make_event(make_monitor(website, owner=ann))
    shared = make_event(make_monitor(website))
    events_plan()
    got = {
        user: set(MonitorHistory.objects.filter(notifications__channel__user=user))
        for user in (ann, bob)
    }
    assert got == {ann: {mine, shared}, bob: {shared}}


def test_what_was_of_one_person_is_no_news_of_others_when_it_is_deleted(website):
    ann, bob = (make_user(team=website.team) for _ in range(2))
    for user in (ann, bob):
        subscribe(make_channel(website.team, user=user), "alert_resolved", only_own=True)
    kinds = {"low": make_monitor(website, owner=ann), "unreachable": None}
    alerts = [Alert.objects.create(website=website, monitor=m, kind=k) for k, m in kinds.items()]
    monitors_delete(monitors=Monitor.objects.all())
    make_event(None, "alert_resolved", website=website, alert=alerts[1])
    events_plan()
    told = NotificationLog.objects.filter(events__event_type="alert_resolved")
    assert set(told.values_list("events__alert__kind", flat=True)) == {"unreachable"}


@pytest.mark.once
def test_the_page_names_every_reason_for_a_dropped_message():
    rows = {row[0].strip("`") for row in table_rows(text_of("docs/quiet.md"))}
    assert set(DropCode.values) | {"events_deleted"} == {row for row in rows if row != "Code"}


# --- bursts ----------------------------------------------------------------------------------


def test_changes_after_a_message_are_one_held_row_that_says_their_sum(monitor, channel):
    purchase(monitor, seconds(0))
    (first,) = events_plan(now=seconds(0))
    assert NotificationLog.objects.get(pk=first).release_at is None
    for at in (10, 20, 30):
        purchase(monitor, seconds(at))
        (held,) = events_plan(now=seconds(at))
    row = NotificationLog.objects.get(pk=held)
    assert (row.notification_type, row.release_at) == ("burst", seconds(60))
    assert row.events.count() == 3
    assert [each.id for each in claim(ids=None, limit=9, now=seconds(59))] == [first]
    (claimed,) = claim(ids=None, limit=9, now=seconds(60))
    assert "-3" not in words(claimed).subject  # each of the three went from 9 to 8
    assert "in 20 s" in words(claimed).text


def test_the_next_burst_begins_when_the_last_one_left(monitor, channel):
    for at in (0, 10, 70, 80):
        purchase(monitor, seconds(at))
        events_plan(now=seconds(at))
    rows = NotificationLog.objects.order_by("pk")
    assert [row.release_at for row in rows] == [None, seconds(60), seconds(120)]
    purchase(monitor, seconds(200))
    (late,) = events_plan(now=seconds(200))
    assert NotificationLog.objects.get(pk=late).release_at is None


def test_a_burst_that_is_under_way_takes_nothing_more_in(monitor, channel):
    for at in (0, 10):
        purchase(monitor, seconds(at))
        events_plan(now=seconds(at))
    NotificationLog.objects.filter(notification_type="burst").update(status="sending")
    purchase(monitor, seconds(20))
    events_plan(now=seconds(20))
    assert [row.events.count() for row in NotificationLog.objects.order_by("pk")] == [1, 1, 1]


def test_a_window_of_nothing_holds_nothing(monitor, channel, settings):
    settings.COALESCE_SECONDS = 0
    for at in (0, 1):
        purchase(monitor, seconds(at))
        events_plan(now=seconds(at))
    assert set(NotificationLog.objects.values_list("release_at", flat=True)) == {None}


def test_a_dropped_message_is_none_that_others_follow(monitor, channel):
    silence(monitor.website, ends_at=seconds(5))
    purchase(monitor, seconds(0))
    events_plan(now=seconds(0))
    purchase(monitor, seconds(10))
    (pk,) = events_plan(now=seconds(10))
    assert NotificationLog.objects.get(pk=pk).release_at is None


# --- quiet hours -----------------------------------------------------------------------------


def test_a_night_is_one_message_in_the_morning(website, channel):
    Channel.objects.update(**QUIET)
    for hours in range(5):
        at = NIGHT + timedelta(hours=hours)
        make_event(make_monitor(website), created_at=at)
        make_event(website=website, event_type="website_unreachable", created_at=at)
        all_plan(now=at)
    row = NotificationLog.objects.get()
    assert (row.notification_type, row.release_at, row.events.count()) == ("quiet", MORNING, 10)
    assert claim(ids=None, limit=9, now=MORNING - timedelta(seconds=1)) == []
    (claimed,) = claim(ids=None, limit=9, now=MORNING)
    assert words(claimed).subject == "After quiet hours: 10 events"


def test_a_person_sleeps_by_their_own_clock(website):
    user = make_user(team=website.team)
    Preferences.objects.create(user=user, time_zone="America/New_York", **QUIET)
    subscribe(make_channel(website.team, user=user))
    subscribe(make_channel(website.team))
    make_event(make_monitor(website), created_at=NOON)
    at = datetime(2026, 11, 21, 4, tzinfo=UTC)  # 23:00 in New York
    events_plan(now=at)
    held = NotificationLog.objects.get(release_at__isnull=False)
    assert held.channel.user == user
    assert held.release_at == datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_a_retry_in_quiet_hours_waits_for_their_end(website, channel):
    Channel.objects.update(**QUIET)
    row = make_notification(channel, next_attempt_at=NIGHT, created_at=NIGHT, retry_count=2)
    assert claim(ids=None, limit=9, now=NIGHT) == []
    row.refresh_from_db()
    assert (row.status, row.retry_count, row.next_attempt_at) == ("pending", 2, MORNING)
    assert (row.claim_token, row.claimed_until, row.rendered) == ("", None, {})
    assert len(claim(ids=None, limit=9, now=MORNING)) == 1


def test_what_a_person_asks_for_goes_in_quiet_hours_too(website, channel):
    Channel.objects.update(**QUIET)
    sent = make_notification(channel, status="sent", subject="x", rendered={"html": ""})
    again = notification_resend(notification=sent)
    NotificationLog.objects.filter(pk=again.pk).update(next_attempt_at=NIGHT)
    test = NotificationLog.objects.create(
        channel=channel, group_key="t1", notification_type="test", next_attempt_at=NIGHT
    )
    assert {each.id for each in claim(ids=None, limit=9, now=NIGHT)} == {again.pk, test.pk}


# --- many at once ----------------------------------------------------------------------------


def many_events(website, count, event_type="sold_out", **fields):
    monitors = [make_monitor(website)]
    monitors += type(monitors[0]).objects.bulk_create(
        type(monitors[0])(website=website, product_id=f"m{number}", product_name="VPS")
        for number in range(count - 1)
    )
    MonitorHistory.objects.bulk_create(
        MonitorHistory(website=website, monitor=monitor, event_type=event_type, **fields)
        for monitor in monitors
    )


def test_2800_products_that_sell_out_in_one_poll_are_one_message_per_subscriber(website, channel):
    program = make_channel(website.team)
    subscribe(program)
    many_events(website, 2800, poll_run=PollRun.objects.create(website=website))
    with CaptureQueriesContext(connection) as captured:
        all_plan()
    assert len(captured) < 40
    assert NotificationLog.objects.get(channel=channel).events.count() == 2800
    pieces = NotificationLog.objects.filter(channel=program)
    assert pieces.count() == -(-2800 // 15)
    assert NotificationLog.events.through.objects.filter(notificationlog__in=pieces).count() == 2800
    (claimed,) = claim(ids=[NotificationLog.objects.get(channel=channel).pk], limit=1, now=NIGHT + timedelta(days=900))  # fmt: skip
    assert words(claimed).subject == f"{website}: 2800 events"
    assert "and 2700 more" in words(claimed).text


def test_reminders_of_a_scan_are_one_message_however_they_are_planned(website, channel):
    other = make_website(website.team)
    many_events(website, 700, "alert_reminder", created_at=NOON)
    many_events(other, 3, "alert_reminder", created_at=NOON)
    ids = list(MonitorHistory.objects.order_by("pk").values_list("pk", flat=True))
    for start in (0, 300, 600):
        events_plan(ids[start : start + 300], now=NOON + timedelta(seconds=start / 300))
    row = NotificationLog.objects.get()
    assert (row.notification_type, row.events.count()) == ("reminders", 703)
    assert claim(ids=None, limit=9, now=NOON + timedelta(seconds=9)) == []
    (claimed,) = claim(ids=None, limit=9, now=NOON + timedelta(seconds=10))
    assert words(claimed).subject == "Reminders of open alerts: 703 events"


def _statements(website, count):
    make_poll_events(website, count, event_type="product_missing", created_at=NOON)
    with CaptureQueriesContext(connection) as captured:
        events_plan(now=NOON)
    return len(captured)


def test_with_silences_bursts_and_quiet_hours_statements_do_not_grow_with_events(website, channel):
    silence(website, event_types=["sold_out"])
    subscribe(make_channel(website.team, **QUIET), digest="hourly")
    few = _statements(website, 1)
    assert NotificationLog.objects.count() == 2
    assert few <= 14
    assert _statements(website, 60) == few
