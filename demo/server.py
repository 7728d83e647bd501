"""A small threaded HTTP/1.1 server: one function answers everything, faults of delivery included.

The parser is written by hand because the one in http.server costs more than most of our answers.
"""

from __future__ import annotations

import json
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, parse_qsl

MAX_LINE = 65536
LARGE = 65536
REASONS = {status.value: status.phrase for status in HTTPStatus}


def _nothing() -> None:
    return None


@dataclass(slots=True)
class Request:
    """One request as read from the socket. Header names are lower case."""

    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    client: str = ""
    finish: Callable[[], None] = _nothing
    """Called once, just before the last byte of the answer leaves."""

    def params(self) -> dict[str, str]:
        return {key: values[-1] for key, values in parse_qs(self.query).items()}

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))

    def json(self) -> Any:
        """The decoded body, {} when there is none; raises ValueError."""
        return json.loads(self.body) if self.body else {}


@dataclass(frozen=True, slots=True)
class Delivery:
    """How an answer travels; not answered = the connection closes empty after the delay."""

    delay_seconds: float = 0.0
    chunk_bytes: int = 0
    gap_seconds: float = 0.0
    is_length_declared: bool = True
    is_answered: bool = True


PLAIN = Delivery()


@dataclass(slots=True)
class Reply:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    delivery: Delivery = PLAIN

    def head(self) -> bytes:
        lines = [f"HTTP/1.1 {self.status} {REASONS.get(self.status, 'Unknown')}"]
        if self.content_type:
            lines.append(f"Content-Type: {self.content_type}")
        lines += [f"{name}: {value}" for name, value in self.headers]
        if self.delivery.is_length_declared:
            lines.append(f"Content-Length: {len(self.body)}")
        else:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")


def json_reply(value: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(value, default=str).encode())


def html_reply(status: int, text: str, *headers: tuple[str, str]) -> Reply:
    return Reply(status, text.encode(), "text/html; charset=utf-8", headers)


App = Callable[[Request], Reply]


class _Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True
    server: Server

    def handle(self) -> None:
        with suppress(OSError, ValueError), self.server.tracking(self.connection):
            while self._serve_one():
                pass

    def _serve_one(self) -> bool:
        request = self._read()
        if request is None:
            return False
        try:
            reply = self.server.app(request)
            is_open = self._send(request, reply)
        finally:
            request.finish()
        return is_open and request.headers.get("connection", "").lower() != "close"

    def _read(self) -> Request | None:
        line = self.rfile.readline(MAX_LINE)
        if not line:
            return None
        method, target, _ = line.decode("latin-1").split(" ", 2)
        headers: dict[str, str] = {}
        while (line := self.rfile.readline(MAX_LINE)) not in (b"\r\n", b"\n", b""):
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()
        length = int(headers.get("content-length") or 0)
        body = self.rfile.read(length) if length else b""
        path, _, query = target.partition("?")
        return Request(method, path, query, headers, body, str(self.client_address[0]))

    def _send(self, request: Request, reply: Reply) -> bool:
        """False when the connection must close afterwards."""
        delivery = reply.delivery
        if delivery is PLAIN:
            request.finish()
            if len(reply.body) > LARGE:
                self.connection.sendall(reply.head())
                self.connection.sendall(reply.body)
            else:
                self.connection.sendall(reply.head() + reply.body)
            return True
        if delivery.delay_seconds and not self._wait(delivery.delay_seconds):
            return False
        if not delivery.is_answered:
            return False
        self.connection.sendall(reply.head())
        size = delivery.chunk_bytes or len(reply.body) or 1
        for start in range(0, len(reply.body), size):
            if start and delivery.gap_seconds and not self._wait(delivery.gap_seconds):
                return False
            if start + size >= len(reply.body):
                request.finish()
            self.connection.sendall(reply.body[start : start + size])
        return delivery.is_length_declared

    def _wait(self, seconds: float) -> bool:
        """Lets time pass; False as soon as the caller hangs up or the server stops."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self.server.is_stopping.is_set():
                return False
            self.connection.settimeout(min(left, 0.1))
            try:
                if not self.connection.recv(1, socket.MSG_PEEK):
                    return False
                time.sleep(min(left, 0.02))
            except TimeoutError:
                continue
            finally:
                self.connection.settimeout(None)
        return True


class Server(socketserver.ThreadingTCPServer):
    """Serves `app` in daemon threads, one per kept connection; stop() closes every socket."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 1024

    def __init__(self, app: App, host: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__((host, port), _Handler)
        self.app = app
        self.is_stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        self._changed = threading.Condition()
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, name="demo-http", daemon=True
        )

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def tracking(self, connection: socket.socket) -> _Tracked:
        return _Tracked(self, connection)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.is_stopping.set()
        self.shutdown()
        self._thread.join(5)
        self.server_close()
        with self._changed:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._connections, timeout=3)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not self.is_stopping.is_set():
            super().handle_error(request, client_address)


class _Tracked:
    """Remembers an open connection for the time of its handler."""

    def __init__(self, server: Server, connection: socket.socket) -> None:
        self.server = server
        self.connection = connection

    def __enter__(self) -> None:
        with self.server._changed:
            self.server._connections.add(self.connection)

    def __exit__(self, *_: object) -> None:
        with self.server._changed:
            self.server._connections.discard(self.connection)
            self.server._changed.notify_all()
