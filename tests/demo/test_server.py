"""The HTTP server underneath."""

from __future__ import annotations

import socket
import time

import pytest
import requests

from demo.server import Delivery, Reply, Request, Server, json_reply
from demo.world import World
from tests.demo.calling import call


def test_one_connection_serves_many_requests(world: World) -> None:
    with requests.Session() as session:
        for _ in range(3):
            assert session.get(f"{world.base_url}/control/state", timeout=5).status_code == 200
        assert len(world.server._connections) == 1


def test_a_caller_may_close_after_one_request(world: World) -> None:
    with socket.create_connection(("127.0.0.1", world.server.port), 5) as raw:
        raw.sendall(b"GET /control/state HTTP/1.1\r\nConnection: close\r\n\r\n")
        received = b""
        while data := raw.recv(65536):
            received += data
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")


def test_nonsense_closes_the_connection(world: World) -> None:
    with socket.create_connection(("127.0.0.1", world.server.port), 5) as raw:
        raw.sendall(b"nonsense\r\n\r\n")
        assert raw.recv(100) == b""


def test_stopping_ends_open_and_hung_connections() -> None:
    def app(request: Request) -> Reply:
        if request.path == "/hang":
            return Reply(delivery=Delivery(delay_seconds=60, is_answered=False))
        return json_reply({})

    server = Server(app)
    server.start()
    with socket.create_connection(("127.0.0.1", server.port), 5) as raw:
        raw.sendall(b"GET /hang HTTP/1.1\r\n\r\n")
        while not server._connections:
            time.sleep(0.01)
        server.stop()
        assert raw.recv(100) == b""
    assert not server._connections


def test_an_app_that_fails_costs_its_connection_only(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shop = world.shop("alpha")
    with monkeypatch.context() as patch:
        patch.setattr(world.whmcs, "answer", lambda *_: 1 / 0)
        with pytest.raises(requests.ConnectionError):
            call(shop)

    assert call(shop).status_code == 200
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_waiting_for_a_message_that_never_comes_ends(world: World) -> None:
    with pytest.raises(TimeoutError, match="0 of 1 messages"):
        world.wait(1, "mail", timeout=0.01)


def test_waiting_can_be_narrowed_by_a_condition(world: World) -> None:
    for body in (b"a", b"b", b"a"):
        requests.post(world.webhook_url("x"), data=body, timeout=5)

    assert len(world.wait(2, "webhook", where=lambda message: message.body == b"a")) == 2
