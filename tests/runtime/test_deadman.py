"""The sign of life to outside: sent over a real socket while all is well, and only then."""

from __future__ import annotations

import socket
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from common.queues import clusters
from runtime import heartbeats
from runtime.deadman import deadman_ping
from runtime.schedules import EVERY_MINUTE
from tests.common.raw_server import Handler, always, answer, read_request, serving

pytestmark = [pytest.mark.django_db, pytest.mark.integration]


@pytest.fixture(autouse=True)
def _well() -> None:
    heartbeats.beat(heartbeats.TICKER)
    for cluster in clusters():
        heartbeats.beat(cluster, instance="a")


def ping(settings: Any, handler: Handler) -> str:
    with serving(handler) as port:
        settings.DEADMAN_URL = f"http://127.0.0.1:{port}/planted-address?x=1"
        return deadman_ping()


def recording(seen: list[bytes]) -> Handler:
    def handle(connection: socket.socket) -> None:
        while request := read_request(connection):
            seen.append(request)
            connection.sendall(answer())

    return handle


def test_while_all_is_well_the_address_is_asked(settings: Any) -> None:
    seen: list[bytes] = []
    assert ping(settings, recording(seen)) == "sent"
    assert [one.splitlines()[0] for one in seen] == [b"GET /planted-address?x=1 HTTP/1.1"]


@pytest.mark.parametrize("part", [heartbeats.TICKER, *clusters()])
def test_a_part_that_fell_silent_silences_the_sign_of_life(
    settings: Any, part: str, caplog: pytest.LogCaptureFixture
) -> None:
    instance = "" if part == heartbeats.TICKER else "a"
    heartbeats.beat(part, timezone.now() - timedelta(minutes=2), instance=instance)
    seen: list[bytes] = []
    assert ping(settings, recording(seen)) == "held back"
    assert seen == []
    assert "deadman_held_back" in caplog.text


def test_an_address_that_refuses_or_is_away_is_logged_and_nothing_is_raised(
    settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert ping(settings, always(answer(status="500 Oops"))) == "failed"
    assert ping(settings, lambda connection: connection.close()) == "failed"
    settings.DEADMAN_URL = "http://127.0.0.1:9/planted-address"
    assert deadman_ping() == "failed"
    settings.ALLOW_PRIVATE_NETWORKS = []
    assert deadman_ping() == "failed"
    assert caplog.text.count("deadman_failed") == 4
    assert "planted-address" not in caplog.text


def test_without_an_address_nothing_is_done() -> None:
    assert deadman_ping() == "not configured"


def test_the_schedule_asks_every_minute() -> None:
    assert EVERY_MINUTE["runtime.deadman"] == "runtime.tasks.deadman"
