"""A mail is over in time whatever the server does, and is not sent twice for its goodbye."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifications.channels.email import smtp
from notifications.services.claiming import LEASE_SECONDS
from notifications.services.outbox import deliver
from tests.common.raw_server import serving
from tests.common.test_http_tls import certificate  # noqa: F401 - a fixture
from tests.notifications.factories import make_channel, make_notification

pytestmark = pytest.mark.django_db(transaction=True)


class Server:
    """Speaks SMTP. Every answer to `slow` (a command, or a dot for the mail) waits for `pause`
    seconds, with `drip` before each of its bytes."""

    def __init__(self) -> None:
        self.slow, self.pause, self.drip = b"none", 0.1, False
        self.tls: ssl.SSLContext | None = None
        self.taken = 0
        self.stopped = threading.Event()

    def __call__(self, peer: socket.socket) -> None:
        self._answer(peer, b"", b"220 here")
        self._talk(peer)

    def _talk(self, peer: socket.socket) -> None:
        is_mail = False
        with peer.makefile("rb") as lines:
            for line in lines:
                word = line.strip().upper()[:8]
                if is_mail and word != b".":
                    continue
                self.taken += is_mail
                is_mail = word == b"DATA"
                self._answer(peer, word[:4], b"354 go" if is_mail else b"250 fine")
                if word == b"STARTTLS" and self.tls is not None:
                    with self.tls.wrap_socket(peer, server_side=True) as secured:
                        self._talk(secured)
                    return

    def _answer(self, peer: socket.socket, word: bytes, text: bytes) -> None:
        text = {b"STAR": b"220 go", b"EHLO": b"250-here\r\n250 STARTTLS"}.get(word, text)
        whole = text + b"\r\n"
        is_slow = word == self.slow
        for part in [bytes([one]) for one in whole] if is_slow and self.drip else [whole]:
            if is_slow:
                self.stopped.wait(self.pause)
            peer.sendall(part)


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    yield server
    server.stopped.set()


@pytest.fixture(autouse=True)
def _backend(settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "localhost"


@pytest.fixture
def tls(certificate: Path, monkeypatch) -> ssl.SSLContext:  # noqa: F811 - the fixture
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def send(count=1):
    to = [f"a{number}@example.com" for number in range(count)]
    row = make_notification(make_channel(kind="email", config={"to": to}, secrets={}))
    deliver([row.pk], patience_seconds=None)
    row.refresh_from_db()
    return row


@pytest.mark.parametrize(
    ("slow", "drip"), [(b"", True), (b"EHLO", True), (b"RCPT", False), (b".", True)]
)
def test_a_mail_is_over_in_time_whatever_the_server_does(settings, monkeypatch, server, slow, drip):
    """Scaled down. No single wait comes near the time-out of the socket, their sum passes 0.5 s."""
    settings.EMAIL_TIMEOUT = 5
    monkeypatch.setattr(smtp.InTimeBackend.__init__, "__kwdefaults__", {"seconds": 0.5})
    server.slow, server.drip = slow, drip
    with serving(server) as settings.EMAIL_PORT:
        row = send(10)
        server.stopped.set()
    assert (row.status, row.error_code) == ("pending", "smtp_unreachable")
    assert server.taken == (slow == b".")


def test_a_goodbye_that_hangs_is_no_failure_of_the_mail(settings, monkeypatch, server):
    monkeypatch.setattr(smtp, "GOODBYE_SECONDS", 0.1)
    server.slow, server.pause = b"QUIT", 5.0
    with serving(server) as settings.EMAIL_PORT:
        row = send()
        server.stopped.set()
    assert (row.status, server.taken) == ("sent", 1)


@pytest.mark.parametrize("is_upgraded", [False, True])
def test_it_travels_through_encryption_in_the_same_way(settings, server, tls, is_upgraded):
    settings.EMAIL_USE_TLS, settings.EMAIL_USE_SSL = is_upgraded, not is_upgraded
    server.tls = tls
    with serving(server, tls=None if is_upgraded else tls) as settings.EMAIL_PORT:
        row = send(10)
    assert (row.status, server.taken) == ("sent", 1)


def test_a_start_of_encryption_that_hangs_is_over_in_time(settings, monkeypatch, server):
    settings.EMAIL_USE_TLS = True
    monkeypatch.setattr(smtp.InTimeBackend.__init__, "__kwdefaults__", {"seconds": 0.2})
    with serving(server) as settings.EMAIL_PORT:
        row = send()
    assert row.error_code == "smtp_unreachable"


def test_the_time_of_a_mail_fits_into_the_lease_of_its_message():
    assert smtp.SEND_SECONDS + smtp.GOODBYE_SECONDS < 25 < LEASE_SECONDS
