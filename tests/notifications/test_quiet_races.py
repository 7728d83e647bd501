"""Held rows while several processes plan and send: nothing is lost, nothing comes twice."""

from __future__ import annotations

import threading
from datetime import time, timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from monitoring.models import MonitorHistory
from monitoring.services.setbased import insert_rows
from notifications import planning
from notifications.models import NotificationLog
from notifications.planning import all_plan, events_plan
from notifications.services import owing
from notifications.services.claiming import claim
from tests.factories import make_monitor, make_website
from tests.notifications.factories import make_channel, make_event, subscribe
from tests.notifications.test_invariants import at_once

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def website():
    website = make_website()
    subscribe(make_channel(website.team, quiet_from=time(22), quiet_until=time(7)))
    return website


NIGHT = timezone.now().replace(hour=23, minute=0, second=0, microsecond=0)
MORNING = NIGHT + timedelta(hours=8)


def planned_once():
    links = NotificationLog.events.through.objects.values_list("monitorhistory_id", flat=True)
    assert sorted(links) == sorted(MonitorHistory.objects.values_list("pk", flat=True))
    assert not MonitorHistory.objects.unplanned().exists()


def test_many_planners_fill_one_row_of_a_night(website):
    for _ in range(12):
        make_event(make_monitor(website), created_at=NIGHT)
    at_once(4, lambda: all_plan(now=NIGHT))
    all_plan(now=NIGHT)
    planned_once()
    assert NotificationLog.objects.get().notification_type == "quiet"


def test_events_that_join_while_their_row_is_claimed_are_never_lost(website):
    """A claim and a plan of the same row at the same moment, again and again."""
    for round_ in range(6):
        night, morning = NIGHT + timedelta(days=round_), MORNING + timedelta(days=round_)
        make_event(make_monitor(website), created_at=night)
        events_plan(now=night)
        make_event(make_monitor(website), created_at=night)
        turns = iter(range(2))
        lock = threading.Lock()

        def either(night=night, morning=morning, turns=turns, lock=lock):
            with lock:
                turn = next(turns)
            return claim(ids=None, limit=9, now=morning) if turn else all_plan(now=night)

        at_once(2, either)
        # What joined a row that was claimed at that moment is in its words, or in a row of its own.
        claim(ids=None, limit=9, now=morning)
    planned_once()
    for row in NotificationLog.objects.all():
        told = row.rendered and row.message.count("•")
        assert told in ({}, row.events.count()) or row.events.count() == 1


def test_a_planner_that_dies_while_joining_leaves_the_held_row_as_it_was(website, monkeypatch):
    make_event(make_monitor(website), created_at=NIGHT)
    events_plan(now=NIGHT)
    late = make_event(make_monitor(website), created_at=NIGHT)
    insert = insert_rows

    def die(model, *args, **fields):
        if model is NotificationLog.events.through:
            raise KeyboardInterrupt
        return insert(model, *args, **fields)

    with monkeypatch.context() as patch:
        patch.setattr(owing, "insert_rows", die)
        with pytest.raises(KeyboardInterrupt):
            events_plan(now=NIGHT)
    late.refresh_from_db()
    assert late.planned_at is None
    assert NotificationLog.objects.get().events.count() == 1
    events_plan(now=NIGHT)
    assert NotificationLog.objects.get().events.count() == 2
    planned_once()


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="one writer at a time there")
def test_a_claim_passes_over_a_row_that_a_planner_holds(website, monkeypatch):
    make_event(make_monitor(website), created_at=NIGHT)
    events_plan(now=NIGHT)
    make_event(make_monitor(website), created_at=NIGHT)
    seen = []

    def claims():
        seen.extend(claim(ids=None, limit=9, now=MORNING))
        connection.close()

    write = owing.groups_owe

    def slowly(**given):
        owed = write(**given)
        thread = threading.Thread(target=claims)
        thread.start()
        thread.join(timeout=10)
        return owed

    with monkeypatch.context() as patch:
        patch.setattr(planning, "groups_owe", slowly)
        with transaction.atomic():
            events_plan(now=NIGHT)
    assert seen == []
    (claimed,) = claim(ids=None, limit=9, now=MORNING)
    assert claimed.message is not None
    assert claimed.message.subject == "After quiet hours: 2 events"
