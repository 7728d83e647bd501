from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from common.queues import clusters
from runtime import health, heartbeats
from runtime.models import Heartbeat

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


@pytest.fixture
def _running_queue() -> None:
    """What a supervisor writes when its workers answered a canary."""
    for cluster in clusters():
        heartbeats.beat(cluster, instance="a")


def test_health_tells_name_version_and_the_database(client: Client, settings: Settings) -> None:
    response = client.get("/health")
    assert response.status_code == 200
    assert response.json() == {
        "status": "healthy",
        "app_name": settings.APP_NAME,
        "version": settings.APP_VERSION,
        "database": "connected",
    }
    assert "no-store" in response["Cache-Control"]


def test_health_is_503_when_the_database_fails(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.views.database_answers", lambda: False)
    response = client.get("/health")
    assert response.status_code == 503
    assert response.json()["status"] == "unhealthy"
    assert response.json()["database"] == "disconnected"


def test_a_broken_connection_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def refuse(*_: object) -> None:
        raise OperationalError("server at 10.1.2.3 is away")

    monkeypatch.setattr(connection, "cursor", refuse)
    assert health.check_database() == "no answer"


def test_the_alive_address_answers_without_a_key(client: Client) -> None:
    response = client.get("/api/v1/health/")
    assert response.status_code == 200
    assert response.json() == {"status": "alive"}


@pytest.mark.usefixtures("_running_queue")
def test_the_ready_address_is_200_when_every_check_is_ok(client: Client) -> None:
    heartbeats.beat(heartbeats.TICKER)
    response = client.get("/api/v1/health/ready")
    assert response.json() == {
        "status": "ready",
        "checks": dict.fromkeys(
            ("database", "migrations", "cache", "disk", "queue", "ticker"), "ok"
        ),
    }
    assert response.status_code == 200


def test_the_ready_address_is_503_and_names_what_is_missing(client: Client) -> None:
    response = client.get("/api/v1/health/ready")
    assert response.status_code == 503
    body = response.json()
    assert body["status"] == "not ready"
    assert body["checks"]["database"] == "ok"
    assert "queue never answered" in body["checks"]["queue"].replace(" poll", "")
    assert body["checks"]["ticker"] == "never ran"


def test_a_silent_ticker_is_named_with_its_age() -> None:
    heartbeats.beat(heartbeats.TICKER, timezone.now() - timedelta(seconds=40))
    assert health.check_ticker().startswith("silent for 4")


def test_a_migration_that_is_not_applied_is_counted() -> None:
    assert health.pending_migrations() == []
    MigrationRecorder(connection).record_unapplied("runtime", "0002_process_events")
    assert health.pending_migrations() == ["runtime.0002_process_events"]
    assert health.check_migrations() == "1 not applied"


def test_a_cache_that_forgets_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "get", lambda *_, **__: None)
    assert health.check_cache() == "does not keep values"


def test_a_check_that_breaks_down_hides_neither_the_others_nor_shows_its_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken() -> str:
        raise RuntimeError("password of the cache server")

    monkeypatch.setitem(health.CHECKS, "cache", broken)
    words = health.readiness()
    assert words["cache"] == "failed"
    assert words["database"] == "ok"


def test_a_queue_is_well_when_somebody_answers_and_named_with_the_age_of_the_latest_answer() -> (
    None
):
    now = timezone.now()
    for cluster in clusters():
        heartbeats.beat(cluster, now - timedelta(seconds=500), instance="dead")
        heartbeats.beat(cluster, now - timedelta(seconds=3), instance="living")
    assert health.check_queue() == "ok"
    Heartbeat.objects.filter(instance="living").update(beat_at=now - timedelta(seconds=40))
    names = list(clusters().values())
    assert health.check_queue() == ", ".join(f"{name} silent for 40 s" for name in names)


def test_rows_of_dead_supervisors_go_and_a_stopped_one_takes_its_own_along() -> None:
    now = timezone.now()
    heartbeats.beat("poll", now - heartbeats.STALE - timedelta(seconds=1), instance="dead")
    heartbeats.beat("poll", now, instance="living")
    heartbeats.beat(heartbeats.TICKER, now - timedelta(days=1))
    heartbeats.prune(now)
    assert set(Heartbeat.objects.values_list("instance", flat=True)) == {"", "living"}
    heartbeats.forget(instance="living")
    heartbeats.forget(instance="")
    assert [row.name for row in Heartbeat.objects.all()] == [heartbeats.TICKER]


def test_a_beat_moves_the_same_row() -> None:
    now = timezone.now()
    assert heartbeats.age_seconds("x", now) is None
    heartbeats.beat("x", now - timedelta(seconds=9))
    heartbeats.beat("x", now - timedelta(seconds=2))
    assert heartbeats.age_seconds("x", now) == 2
    assert str(Heartbeat.objects.get(name="x")) == "x"
