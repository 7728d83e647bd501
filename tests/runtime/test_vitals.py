"""What the supervisor asks, hears and writes down, against a real database."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone
from django_q.models import OrmQ

from common.queues import POLL, cluster_of, clusters
from runtime import canaries, events, heartbeats
from runtime.broker import INSTANCE_VARIABLE, AddressedBroker
from runtime.choices import What
from runtime.events import Happening
from runtime.models import Heartbeat, ProcessEvent
from runtime.vitals import Vitals

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.integration]

CLUSTER, QUEUE = next(iter(clusters().items()))


@pytest.fixture
def senses(tmp_path: Path) -> Iterator[Vitals]:
    made = Vitals(
        instance="mine",
        folder=tmp_path,
        queues={CLUSTER: QUEUE},
        beating={"core": "made no tick"},
        canary_seconds=0.01,
        limit_seconds=30,
        on_start=lambda name, session: None,
    )
    yield made
    for pulse in made.pulses.values():
        pulse.path.unlink(missing_ok=True)


def make_silent(senses: Vitals, name: str, seconds: float) -> None:
    """It answered long ago and was asked `seconds` ago."""
    now = time.monotonic()
    suspicion = senses.suspicions[name]
    suspicion.answered_at = now - seconds - 1
    suspicion.asked_at = now - seconds
    senses._fair_from = now - 1000


def test_a_round_sends_canaries_to_our_own_workers_and_tells_of_their_answers(
    senses: Vitals,
) -> None:
    senses.round()
    (row,) = OrmQ.objects.all()
    assert row.key == f"{CLUSTER}@mine"
    assert row.func() == "runtime.tasks.canary"
    assert senses.suspicions[QUEUE].asked_at is not None
    assert not Heartbeat.objects.exists()

    senses.pulses[QUEUE].beat()
    time.sleep(0.02)
    senses.round()
    beat = Heartbeat.objects.get()
    assert (beat.name, beat.instance) == (CLUSTER, "mine")
    assert abs((timezone.now() - beat.beat_at).total_seconds()) < 5


def test_a_silent_child_is_named_with_what_it_did_not_do(senses: Vitals) -> None:
    senses.round()
    assert senses.trouble(QUEUE) is None
    make_silent(senses, QUEUE, 31)
    assert senses.trouble(QUEUE) == "answered no canary for 31 s"
    make_silent(senses, "core", 32)
    assert senses.trouble("core") == "made no tick for 32 s"
    assert senses.trouble("web") is None


def test_while_the_database_is_silent_nobody_is_judged_and_then_all_have_time_again(
    senses: Vitals, monkeypatch: pytest.MonkeyPatch
) -> None:
    senses.round()
    make_silent(senses, QUEUE, 31)
    senses._database_ok_at -= 16  # no round came to its end since
    assert senses.trouble(QUEUE) is None
    senses.round()
    assert senses.trouble(QUEUE) is None

    make_silent(senses, QUEUE, 31)
    senses._end.set()
    senses._run()
    assert senses.trouble(QUEUE) == "answered no canary for 31 s"

    def refuse(*_: object, **__: object) -> None:
        senses._end.set()
        raise OperationalError("the database is starting up")

    monkeypatch.setattr(canaries, "send", refuse)
    monkeypatch.setattr("runtime.vitals.connection.close", lambda: None)
    senses._end.clear()
    senses._run()
    assert senses.trouble(QUEUE) is None


def test_the_tasks_of_a_dead_cluster_are_free_at_once_and_its_canaries_gone(
    senses: Vitals,
) -> None:
    later = timezone.now() + timedelta(seconds=600)
    taken = OrmQ.objects.create(key=CLUSTER, payload="x", lock=later)
    other = OrmQ.objects.create(key="elsewhere", payload="x", lock=later)
    OrmQ.objects.create(key=f"{CLUSTER}@mine", payload="x", lock=later)
    senses.pulses[QUEUE].beat()
    senses.child_stopped(QUEUE)
    assert senses.pulses[QUEUE].last() is None
    senses._next_canary = time.monotonic() + 60
    senses.round()
    taken.refresh_from_db()
    other.refresh_from_db()
    assert taken.lock is not None
    assert taken.lock <= timezone.now()
    assert other.lock == later
    assert OrmQ.objects.count() == 2


def test_what_happened_is_written_with_its_time_once_the_database_takes_it(
    senses: Vitals, monkeypatch: pytest.MonkeyPatch
) -> None:
    senses.tell(QUEUE, What.SILENT, "answered no canary for 31 s; " + "x" * 400)
    written = events.write

    def refuse(*_: object, **__: object) -> None:
        raise OperationalError("away")

    monkeypatch.setattr(events, "write", refuse)
    with pytest.raises(OperationalError):
        senses.round()
    monkeypatch.setattr(events, "write", written)
    before = timezone.now()
    senses.round()
    senses.round()
    row = ProcessEvent.objects.get()
    assert (row.process, row.what, row.instance) == (QUEUE, What.SILENT, "mine")
    assert len(row.reason) == 300
    assert row.created_at < before
    assert row.host
    assert str(row).startswith(f"{QUEUE} answered no canary")


def test_a_supervisor_that_stops_says_so_and_takes_its_rows_along(senses: Vitals) -> None:
    heartbeats.beat(CLUSTER, instance="other")
    heartbeats.beat(CLUSTER, instance="mine")
    canaries.send(cluster=CLUSTER, instance="mine")
    canaries.send(cluster=CLUSTER, instance="other")
    senses.tell("supervisor", What.STOPPED, "stopped when it was told to")
    senses.start()
    senses.close()
    assert [row.instance for row in Heartbeat.objects.all()] == ["other"]
    assert [row.key for row in OrmQ.objects.all()] == [f"{CLUSTER}@other"]
    assert [row.what for row in ProcessEvent.objects.all()] == [What.STOPPED]


def test_traces_of_dead_supervisors_and_old_events_are_removed(senses: Vitals) -> None:
    now = timezone.now()
    heartbeats.beat(CLUSTER, now - heartbeats.STALE - timedelta(seconds=1), instance="dead")
    heartbeats.beat(CLUSTER, now, instance="living")
    for instance in ("dead", "living"):
        canaries.send(cluster=CLUSTER, instance=instance)
    for at in (now - events.KEPT - timedelta(days=1), now):
        events.write([Happening("web", What.DIED, "ended", at)], instance="mine")
    senses.round()
    keys = set(OrmQ.objects.values_list("key", flat=True))
    assert keys == {f"{CLUSTER}@living", f"{CLUSTER}@mine"}
    assert ProcessEvent.objects.count() == 1


# --- The broker --------------------------------------------------------------------------------


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv(INSTANCE_VARIABLE, "mine")
    monkeypatch.setattr("runtime.broker.time.sleep", lambda _: None)
    return AddressedBroker(list_key=cluster_of(POLL))


def test_a_cluster_takes_what_is_for_all_and_what_is_for_it_in_the_order_they_came(
    broker: Any,
) -> None:
    queue, ago = cluster_of(POLL), timezone.now() - timedelta(seconds=1)
    keys = (f"{queue}@other", queue, f"{queue}@mine", queue, "elsewhere")
    for number, key in enumerate(keys):
        OrmQ.objects.create(key=key, payload=str(number), lock=ago)
    taken = [broker.dequeue() for _ in range(4)]
    assert [payload for one in taken if one for _, payload in one] == ["1", "2", "3"]
    assert taken[3] is None
    broker.acknowledge(taken[0][0][0])
    assert OrmQ.objects.count() == 4


def test_a_task_is_given_to_one_cluster_only(broker: Any) -> None:
    lock = timezone.now() - timedelta(seconds=1)
    row = OrmQ.objects.create(key=cluster_of(POLL), payload="x", lock=lock)
    now = timezone.now()
    assert broker._take(row.pk, lock, now)
    assert not broker._take(row.pk, lock, now)
    assert broker.dequeue() is None
