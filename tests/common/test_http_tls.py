"""TLS on loopback: certificates are checked, and the deadline holds inside the encryption too."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from common.http import fetch
from common.http_errors import HttpError, TimedOutError, TlsFailedError
from common.http_socket import _pools
from tests.common.raw_server import always, answer, read_request, serving

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key of "localhost" in one file, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(tz=datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "localhost.pem"
    path.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@pytest.fixture
def server(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.fixture
def _trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    _pools.cache_clear()
    yield
    _pools.cache_clear()


@pytest.mark.usefixtures("_trusted")
def test_a_trusted_certificate_for_the_name_is_accepted(server: ssl.SSLContext) -> None:
    with serving(always(answer(b"x" * 100_000)), tls=server) as port:
        for _ in range(2):
            response = fetch("GET", f"https://localhost:{port}/", deadline=10)
            assert len(response.body) == 100_000


def test_an_unknown_certificate_is_refused(server: ssl.SSLContext) -> None:
    with serving(always(answer()), tls=server) as port, pytest.raises(TlsFailedError) as error:
        fetch("GET", f"https://localhost:{port}/")
    assert "certificate" in error.value.message


@pytest.mark.usefixtures("_trusted")
def test_a_certificate_of_another_name_is_refused(server: ssl.SSLContext) -> None:
    with serving(always(answer()), tls=server) as port, pytest.raises(TlsFailedError):
        fetch("GET", f"https://127.0.0.1:{port}/")


def test_a_server_without_tls_is_an_error() -> None:
    def handle(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(answer())

    with serving(handle) as port, pytest.raises(HttpError):
        fetch("GET", f"https://localhost:{port}/")


@pytest.mark.usefixtures("_trusted")
def test_a_drip_inside_tls_ends_at_the_deadline(server: ssl.SSLContext) -> None:
    over = threading.Event()

    def handle(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        while not over.wait(0.02):
            connection.sendall(b"x")

    with serving(handle, tls=server) as port:
        with pytest.raises(TimedOutError):
            fetch("GET", f"https://localhost:{port}/", deadline=0.3)
        over.set()


def test_a_handshake_that_never_comes_ends_at_the_deadline() -> None:
    def handle(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    with serving(handle) as port, pytest.raises(TimedOutError):
        fetch("GET", f"https://localhost:{port}/", deadline=0.2)
