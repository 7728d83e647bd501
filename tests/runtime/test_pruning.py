"""Old rows go a little at a time; sums of days stay, and nothing that is still needed goes."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_q.models import Schedule, Success

from monitoring.models import Alert, MonitorHistory, PollRun, StockDay, StockRecord
from monitoring.services import pruning
from notifications.models import NotificationLog
from runtime.pruning import prune
from runtime.schedules import schedules_ensure
from tests.factories import make_monitor, make_team, make_website
from tests.notifications.factories import make_channel, make_notification

pytestmark = pytest.mark.django_db

NOW = timezone.now()
OLD = NOW - timedelta(days=500)


def record(monitor, quantity, at, **fields):
    values = {"available": quantity > 0, "change_type": "adjusted", "created_at": at}
    return StockRecord.objects.create(monitor=monitor, quantity=quantity, **{**values, **fields})


def event(website, at, **fields):
    values = {"event_type": "restocked", "created_at": at, "planned_at": at}
    return MonitorHistory.objects.create(website=website, **{**values, **fields})


def test_records_leave_a_sum_of_their_day():
    monitor = make_monitor()
    morning = OLD.replace(hour=6)
    record(monitor, 9, morning)
    record(monitor, 4, morning + timedelta(hours=1), delta=-5)
    record(monitor, 6, morning + timedelta(hours=2), delta=2)
    newest = record(monitor, 8, NOW - timedelta(days=450))
    counts = prune(NOW)
    assert counts["stock_records"] == 3
    assert list(StockRecord.objects.all()) == [newest]  # the newest stays, whatever its age
    day = StockDay.objects.get()
    assert (day.day, day.records) == (morning.date(), 3)
    assert (day.first_quantity, day.last_quantity) == (9, 6)
    assert (day.lowest, day.highest, day.sold, day.restocked) == (4, 9, 5, 2)


def test_a_late_part_of_a_day_is_added_to_it(monkeypatch):
    monkeypatch.setattr(pruning, "BATCH", 2)
    monitor = make_monitor()
    for n in range(5):
        record(monitor, 10 - n, OLD.replace(hour=n), delta=-1 if n else None)
    record(monitor, 1, NOW)
    assert prune(NOW)["stock_records"] == 5
    day = StockDay.objects.get()
    assert (day.records, day.first_quantity, day.last_quantity, day.sold) == (5, 10, 6, 4)
    assert prune(NOW)["stock_records"] == 0
    assert StockDay.objects.get().records == 5


def test_a_killed_pass_counts_nothing_twice(monkeypatch):
    monitor = make_monitor()
    for n in range(3):
        record(monitor, n + 1, OLD.replace(hour=n))
    record(monitor, 1, NOW)

    def die(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(StockRecord.objects.all().__class__, "delete", die)
        with pytest.raises(KeyboardInterrupt):
            prune(NOW)
    assert (StockDay.objects.count(), StockRecord.objects.count()) == (0, 4)
    prune(NOW)
    assert StockDay.objects.get().records == 3


def test_a_team_may_keep_less_and_others_are_not_touched():
    short, other = make_team(retention_days=10), make_team()
    mine, theirs = make_monitor(make_website(short)), make_monitor(make_website(other))
    for monitor in (mine, theirs):
        record(monitor, 5, NOW - timedelta(days=20))
        record(monitor, 4, NOW)
    assert prune(NOW)["stock_records"] == 1
    assert (mine.records.count(), theirs.records.count()) == (1, 2)


def test_events_that_are_owed_or_of_an_open_alert_stay():
    website = make_website()
    event(website, OLD)
    unplanned = event(website, OLD, planned_at=None)
    alert = Alert.objects.create(website=website, kind="unreachable")
    of_alert = event(website, OLD, alert=alert)
    fresh = event(website, NOW)
    assert prune(NOW)["events"] == 1
    assert set(MonitorHistory.objects.all()) == {unplanned, of_alert, fresh}
    alert.status, alert.resolved_at = "resolved", NOW
    alert.save()
    assert prune(NOW)["events"] == 1


def test_messages_under_way_stay_whatever_their_age():
    channel = make_channel()
    kept = [make_notification(channel, status=status) for status in ("pending", "sending")]
    for status in ("sent", "dead", "dropped"):
        make_notification(channel, status=status)
    NotificationLog.objects.update(created_at=OLD)
    assert prune(NOW)["notifications"] == 3
    assert set(NotificationLog.objects.all()) == set(kept)


def test_polls_go_sooner_but_the_newest_of_a_website_stays():
    website = make_website()
    for days in (50, 40, 35):
        at = NOW - timedelta(days=days)
        PollRun.objects.create(website=website, state="done", first_at=at, last_at=at)
    waiting = PollRun.objects.create(website=make_website(), state="queued", last_at=OLD)
    PollRun.objects.create(website=waiting.website, state="done", last_at=NOW)
    assert prune(NOW)["poll_runs"] == 2
    assert PollRun.objects.filter(website=website).count() == 1
    assert PollRun.objects.filter(pk=waiting.pk).exists()


def test_rows_of_the_queue_go_after_a_week():
    for n, days in enumerate((1, 30)):
        at = NOW - timedelta(days=days)
        Success.objects.create(
            id=f"{n:032}", name=str(n), func="x", started=at, stopped=at, success=True
        )
    assert prune(NOW)["queue_rows"] == 1
    assert Success.objects.count() == 1


def test_a_dry_run_only_counts_and_the_command_says_it():
    monitor = make_monitor()
    record(monitor, 5, OLD)
    record(monitor, 4, NOW)
    out = StringIO()
    call_command("prune", dry_run=True, json=True, stdout=out)
    assert json.loads(out.getvalue())["stock_records"] == 1
    assert StockRecord.objects.count() == 2
    out = StringIO()
    call_command("prune", stdout=out)
    assert "1 stock records deleted" in out.getvalue()


def test_a_pass_without_time_does_nothing():
    monitor = make_monitor()
    record(monitor, 5, OLD)
    record(monitor, 4, NOW)
    assert set(prune(NOW, seconds=0).values()) == {0}


def test_it_runs_every_hour():
    schedules_ensure()
    schedule = Schedule.objects.get(name="runtime.prune")
    assert (schedule.func, schedule.schedule_type) == ("runtime.tasks.prune", Schedule.HOURLY)
