from __future__ import annotations

import logging
from datetime import timedelta
from threading import Event, Timer

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from runtime import core, heartbeats
from runtime.schedules import DAILY, EVERY_MINUTE, HOURLY, schedules_ensure
from tests.factories import make_website

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


def test_a_tick_beats_and_hands_due_websites_to_the_queue() -> None:
    website = make_website()
    type(website).objects.filter(pk=website.pk).update(
        next_poll_at=timezone.now() - timedelta(seconds=1)
    )
    core.tick()
    assert heartbeats.age_seconds(heartbeats.TICKER) is not None
    tasks = [row.func() for row in OrmQ.objects.all()]
    assert tasks == ["monitoring.tasks.poll_websites"]
    core.tick()
    assert OrmQ.objects.count() == 1


def test_a_failing_tick_is_logged_and_the_next_one_comes(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(core, "TICK_SECONDS", 0.0)
    monkeypatch.setattr(core, "TROUBLE_SECONDS", 0.0)
    monkeypatch.setattr("runtime.core.connection.close", lambda: None)
    monkeypatch.setattr(core, "close_old_connections", lambda: None)
    end, calls = Event(), []

    def step() -> None:
        calls.append(1)
        if len(calls) == 2:
            end.set()
        raise RuntimeError("database is away")

    with caplog.at_level(logging.ERROR):
        core.run_until(end, step)
    assert len(calls) == 2
    assert "A tick failed" in caplog.text


def test_the_loop_ends_within_a_tick_of_being_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core, "TICK_SECONDS", 60.0)
    monkeypatch.setattr(core, "close_old_connections", lambda: None)
    end = Event()
    Timer(0.05, end.set).start()
    core.run_until(end, lambda: None)
    assert end.is_set()


def test_the_schedules_are_made_once_and_keep_their_times() -> None:
    Schedule.objects.all().delete()
    schedules_ensure()
    later = timezone.now() + timedelta(days=1)
    Schedule.objects.update(next_run=later)
    Schedule.objects.filter(name="notifications.sweep").update(func="gone.away")
    schedules_ensure()
    assert dict(Schedule.objects.values_list("name", "func")) == EVERY_MINUTE | HOURLY | DAILY
    assert set(Schedule.objects.values_list("next_run", flat=True)) == {later}
    for schedule in Schedule.objects.all():
        assert schedule.minutes == (1 if schedule.name in EVERY_MINUTE else None)
        assert schedule.repeats == -1


def test_the_scheduled_functions_exist() -> None:
    from django.utils.module_loading import import_string

    assert all(callable(import_string(path)) for path in (EVERY_MINUTE | HOURLY | DAILY).values())


def test_the_core_command_makes_schedules_and_runs_until_it_is_told_to_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ends: list[Event] = []
    monkeypatch.setattr("runtime.management.commands.core.run_until", ends.append)
    monkeypatch.setattr("runtime.management.commands.core.signal.signal", lambda *_: None)
    call_command("core")
    assert Schedule.objects.count() == len(EVERY_MINUTE | HOURLY | DAILY)
    assert isinstance(ends[0], Event)
