"""The door outward against real sockets: answers, caps, deadlines, connections."""

from __future__ import annotations

import gzip
import json
import os
import socket
import threading
import time
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import transaction

from common import http_socket
from common.errors import ProductError
from common.http import fetch
from common.http_errors import (
    BodyTooLargeError,
    ConnectFailedError,
    HttpError,
    InvalidUrlError,
    NameNotFoundError,
    TimedOutError,
)
from tests.common.raw_server import always, answer, read_request, serving

pytestmark = pytest.mark.once


def test_an_answer_comes_whole_with_its_status_and_headers() -> None:
    reply = answer(b"hello", "X-Thing: 7", status="418 Teapot")
    with serving(always(reply)) as port:
        response = fetch("GET", f"http://127.0.0.1:{port}/a?b=c")
    assert (response.status, response.body) == (418, b"hello")
    assert response.headers["x-thing"] == "7"
    assert response.url == f"http://127.0.0.1:{port}/a?b=c"
    assert response.elapsed >= 0


def test_a_form_and_a_json_value_are_sent_as_such() -> None:
    seen: list[bytes] = []

    def handle(connection: socket.socket) -> None:
        while request := read_request(connection):
            seen.append(request)
            connection.sendall(answer())

    with serving(handle) as port:
        url = f"http://127.0.0.1:{port}/"
        fetch("POST", url, data={"a": "1 2", "b": "ä&="})
        fetch("POST", url, json={"n": 1}, headers={"X-Key": "k", "User-Agent": "mine"})
        fetch("POST", url, data=b"raw", headers={"Content-Type": "text/plain"})
    assert seen[0].endswith(b"\r\n\r\na=1+2&b=%C3%A4%26%3D")
    assert b"Content-Type: application/x-www-form-urlencoded" in seen[0]
    assert b"User-Agent: stock-monitor/" in seen[0]
    assert json.loads(seen[1].partition(b"\r\n\r\n")[2]) == {"n": 1}
    assert b"Content-Type: application/json" in seen[1]
    assert b"X-Key: k" in seen[1]
    assert seen[1].count(b"User-Agent") == 1
    assert b"User-Agent: mine" in seen[1]
    assert seen[2].endswith(b"\r\n\r\nraw")


def test_connections_are_kept_and_shared_by_threads() -> None:
    connections: list[socket.socket] = []

    def handle(connection: socket.socket) -> None:
        connections.append(connection)
        always(answer())(connection)

    with serving(handle) as port, ThreadPoolExecutor(1) as first, ThreadPoolExecutor(1) as second:
        for pool in (first, second, first, second):
            assert pool.submit(fetch, "GET", f"http://127.0.0.1:{port}/").result().status == 200
    assert len(connections) == 1


def test_a_kept_connection_that_the_server_closed_is_replaced() -> None:
    """The server closes only when the second request is already on its way."""
    asked: list[bytes] = []

    def handle(connection: socket.socket) -> None:
        asked.append(read_request(connection))
        connection.sendall(answer(b"%d" % len(asked)))
        read_request(connection)

    with serving(handle) as port:
        assert fetch("GET", f"http://127.0.0.1:{port}/").body == b"1"
        assert fetch("GET", f"http://127.0.0.1:{port}/").body == b"2"


def test_a_new_connection_that_breaks_is_not_tried_again() -> None:
    asked: list[bytes] = []

    def handle(connection: socket.socket) -> None:
        asked.append(read_request(connection))

    with serving(handle) as port, pytest.raises(ConnectFailedError):
        fetch("POST", f"http://127.0.0.1:{port}/", data={"a": "b"})
    assert len(asked) == 1


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_forked_process_does_not_use_the_connections_of_its_parent() -> None:
    with serving(always(answer())) as port:
        fetch("GET", f"http://127.0.0.1:{port}/")
        before = http_socket.pools()
        reader, writer = os.pipe()
        if (child := os.fork()) == 0:
            os.write(writer, b"1" if http_socket.pools() is not before else b"0")
            os._exit(0)
        os.close(writer)
        os.waitpid(child, 0)
        assert os.read(reader, 1) == b"1"
        os.close(reader)


@pytest.mark.parametrize("length", ["Content-Length: 1048576", "Connection: close"])
def test_a_body_over_the_cap_is_refused_while_it_arrives(length: str) -> None:
    sent = threading.Event()

    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(f"HTTP/1.1 200 OK\r\n{length}\r\n\r\n".encode())
        for _ in range(16):
            connection.sendall(b"x" * 65536)
        sent.set()

    with serving(handle) as port, pytest.raises(BodyTooLargeError) as error:
        fetch("GET", f"http://127.0.0.1:{port}/", max_bytes=10_000)
    assert "10,000" in error.value.message
    assert "HTTP_MAX_BODY_BYTES" in error.value.advice


def test_a_body_exactly_at_the_cap_is_read() -> None:
    with serving(always(answer(b"x" * 10_000))) as port:
        response = fetch("GET", f"http://127.0.0.1:{port}/", max_bytes=10_000)
    assert len(response.body) == 10_000


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_compressed_bodies_are_decoded(encoding: str) -> None:
    packed = gzip.compress(b"hello") if encoding == "gzip" else zlib.compress(b"hello")
    with serving(always(answer(packed, f"Content-Encoding: {encoding}"))) as port:
        assert fetch("GET", f"http://127.0.0.1:{port}/").body == b"hello"


@pytest.mark.parametrize("layers", [1, 2])
def test_a_compression_bomb_counts_by_its_decoded_size(layers: int) -> None:
    bomb = b"\0" * 50_000_000
    for _ in range(layers):
        bomb = gzip.compress(bomb)
    encoding = ", ".join(["gzip"] * layers)
    reply = answer(bomb, f"Content-Encoding: {encoding}")
    with serving(always(reply)) as port, pytest.raises(BodyTooLargeError):
        fetch("GET", f"http://127.0.0.1:{port}/", max_bytes=1_000_000)


def test_broken_compression_is_an_error_of_the_answer() -> None:
    reply = answer(b"no gzip", "Content-Encoding: gzip")
    with serving(always(reply)) as port, pytest.raises(ConnectFailedError, match="compressed"):
        fetch("GET", f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("part", ["status line", "headers", "body", "chunks"])
def test_a_drip_of_bytes_ends_at_the_deadline(part: str) -> None:
    starts = {
        "status line": b"H",
        "headers": b"HTTP/1.1 200 OK\r\nX: ",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    }
    drop = b"1\r\nx\r\n" if part == "chunks" else b"x"
    over = threading.Event()

    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(starts[part])
        while not over.wait(0.02):
            connection.sendall(drop)

    with serving(handle) as port:
        started = time.monotonic()
        with pytest.raises(TimedOutError):
            fetch("GET", f"http://127.0.0.1:{port}/", deadline=0.15)
        assert time.monotonic() - started < 5  # far from the 25 s, whatever the machine does
        over.set()


def test_silence_ends_at_the_deadline() -> None:
    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.recv(1)

    with serving(handle) as port, pytest.raises(TimedOutError, match="too long"):
        fetch("GET", f"http://127.0.0.1:{port}/", deadline=0.1)


def test_an_answer_that_breaks_off_is_an_error() -> None:
    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    with serving(handle) as port, pytest.raises(ConnectFailedError):
        fetch("GET", f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize(
    "data",
    [b"", b"\r\n\r\n", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 abc\r\n\r\n", b"\xff" * 70_000],
)
def test_what_is_no_http_is_an_error_without_its_banner(data: bytes) -> None:
    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(data)

    with serving(handle) as port, pytest.raises(HttpError) as error:
        fetch("GET", f"http://127.0.0.1:{port}/")
    assert "SSH" not in error.value.message


def test_a_closed_port_is_named() -> None:
    with serving(always(answer())) as port:
        pass
    with pytest.raises(ConnectFailedError) as error:
        fetch("GET", f"http://127.0.0.1:{port}/")
    assert str(port) in error.value.message


def test_an_unknown_name_is_named() -> None:
    with pytest.raises(NameNotFoundError, match=r"nobody\.invalid"):
        fetch("GET", "http://nobody.invalid/")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example",
        "ftp://shop.example/",
        "file:///etc/passwd",
        "http://",
        "http:///path",
        "http://user:secret-word@shop.example/",
        "http://token@127.0.0.1/",
        "http://[::1/",
        "http://shop.example:99999/",
        "gopher://127.0.0.1:6379/_INFO",
    ],
)
def test_addresses_that_cannot_be_used_are_refused(url: str) -> None:
    with pytest.raises(InvalidUrlError) as error:
        fetch("GET", url)
    assert "secret-word" not in str(error.value)


def test_errors_are_product_errors_with_a_code() -> None:
    with pytest.raises(ProductError) as error:
        fetch("GET", "ftp://x/")
    assert error.value.code == "invalid_url"


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    with serving(always(answer())) as port:
        assert fetch("GET", f"http://127.0.0.1:{port}/").body == b"ok"


def test_cookies_are_not_kept() -> None:
    seen: list[bytes] = []

    def handle(connection: socket.socket) -> None:
        while request := read_request(connection):
            seen.append(request)
            connection.sendall(answer(b"", "Set-Cookie: WHMCSx=1; path=/"))

    with serving(handle) as port:
        fetch("GET", f"http://127.0.0.1:{port}/")
        fetch("GET", f"http://127.0.0.1:{port}/")
    assert not any(b"cookie:" in request.lower() for request in seen)


@pytest.mark.django_db
def test_no_request_leaves_while_a_transaction_is_open() -> None:
    with serving(always(answer())) as port:
        assert fetch("GET", f"http://127.0.0.1:{port}/").status == 200
        with transaction.atomic(), pytest.raises(RuntimeError, match="transaction"):
            fetch("GET", f"http://127.0.0.1:{port}/")


def test_no_time_left_is_a_time_out_without_a_request() -> None:
    reached: list[socket.socket] = []
    with serving(reached.append) as port, pytest.raises(TimedOutError):
        fetch("GET", f"http://127.0.0.1:{port}/", deadline=0)
    assert not reached


def test_a_host_that_accepts_no_connection_in_time_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(http_socket, "CONNECT_SECONDS", 0)
    with serving(always(answer())) as port, pytest.raises(TimedOutError, match="accept"):
        fetch("GET", f"http://127.0.0.1:{port}/")


def test_a_header_cannot_smuggle_another_line() -> None:
    with serving(always(answer())) as port, pytest.raises(HttpError):
        fetch("GET", f"http://127.0.0.1:{port}/", headers={"X-A": "1\r\nX-B: 2"})
