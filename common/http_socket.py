"""Connections that look where they lead before they open, and sockets that know when to give up.

The check sits at the connect call itself: every address a name resolves to is judged there, and
the socket opens to exactly the address that was judged. So there is no second look-up a DNS server
could answer differently, whatever the URL looked like and however many redirects led to it.
"""

from __future__ import annotations

import logging
import os
import socket
import ssl
import threading
import time
from collections.abc import Hashable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import certifi
from django.conf import settings
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from common.http_address import may_connect, parse_address
from common.http_errors import (
    AddressRefusedError,
    ConnectFailedError,
    NameNotFoundError,
    TimedOutError,
)

if TYPE_CHECKING:
    _SocketBase = socket.socket
    _ConnectionBase = HTTPConnection
else:
    _SocketBase = _ConnectionBase = object

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 5.0
READ_SECONDS = 10.0
HOSTS_KEPT = 200
"""Hosts with kept-alive connections; the longest unused one is closed first."""
CONNECTIONS_KEPT = 32


class Clock(threading.local):
    """The request this thread is busy with: its deadline (monotonic), and whether it connected."""

    deadline: float = float("inf")
    has_connected: bool = False

    def left(self, at_most: float) -> float:
        """Seconds until the deadline, never above `at_most`. Raises TimeoutError when none is."""
        left = min(at_most, self.deadline - time.monotonic())
        if left <= 0:
            raise TimeoutError("deadline passed")
        return left


clock = Clock()


class _DeadlineMixin(_SocketBase):
    """Each single read is short enough for the deadline: a drip of bytes cannot stretch it."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(clock.left(READ_SECONDS))
        return super().recv_into(*args, **kwargs)


class _Socket(_DeadlineMixin, socket.socket):
    pass


class _TlsSocket(_DeadlineMixin, ssl.SSLSocket):
    pass


def _addresses(
    host: str, port: int, *, is_judged: bool
) -> list[tuple[socket.AddressFamily, tuple[Any, ...]]]:
    """What a name resolves to, refused ones left out. The resolver keeps its own time-out."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NameNotFoundError(
            f"The host name {host} was not found.", advice="Check the spelling of the address."
        ) from None
    allowed: list[tuple[socket.AddressFamily, tuple[Any, ...]]] = []
    for family, _, _, _, target in found:
        if family in (socket.AF_INET, socket.AF_INET6):
            address = parse_address(str(target[0]))
            if not is_judged or may_connect(
                address,
                port,
                allowed_networks=settings.ALLOW_PRIVATE_NETWORKS,
                ports=settings.HTTP_ALLOWED_PORTS,
            ):
                allowed.append((family, target))
            else:
                logger.warning("http_refused host=%s address=%s port=%s", host, address, port)
    if not allowed:
        raise AddressRefusedError(
            f"Connections to {host} on port {port} are not allowed.",
            advice="Use a public address on a usual port. The operator of this installation can "
            "allow private networks (ALLOW_PRIVATE_NETWORKS) and ports (HTTP_ALLOWED_PORTS).",
        )
    return allowed


class PinnedMixin(_ConnectionBase):
    """Connects to the first judged address that answers (IPv4 where IPv6 is broken)."""

    is_judged = True

    def _new_conn(self) -> socket.socket:
        clock.has_connected = True
        host = self._dns_host
        has_timed_out = False
        for family, target in _addresses(host.strip("[]"), self.port, is_judged=self.is_judged):
            sock = _Socket(family, socket.SOCK_STREAM)
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.settimeout(clock.left(CONNECT_SECONDS))
                sock.connect(target)
            except OSError as error:
                sock.close()
                has_timed_out = isinstance(error, TimeoutError)
            else:
                return sock
        if has_timed_out:
            raise TimedOutError(
                f"{host} did not accept a connection in time.",
                advice="Check that the host is up and lets this machine in.",
            )
        raise ConnectFailedError(
            f"No connection to {host} on port {self.port}.",
            advice="Check that the host is up and lets this machine in.",
        )


class _Connection(PinnedMixin, HTTPConnection):
    pass


class _TlsConnection(PinnedMixin, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


def tls_context() -> ssl.SSLContext:
    """Certificates of the system (SSL_CERT_FILE names more) and those of the certifi package."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.sslsocket_class = _TlsSocket
    return context


@lru_cache(maxsize=2)
def _pools(_policy: Hashable) -> PoolManager:
    manager = PoolManager(
        num_pools=HOSTS_KEPT, maxsize=CONNECTIONS_KEPT, ssl_context=tls_context(), retries=False
    )
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    return manager


def pools() -> PoolManager:
    """Kept-alive connections of this process, shared by its threads.

    Other networks or ports in the settings are another policy: its connections start anew.
    """
    return _pools((tuple(settings.ALLOW_PRIVATE_NETWORKS), tuple(settings.HTTP_ALLOWED_PORTS)))


# A forked worker must not speak on the sockets of its parent.
os.register_at_fork(after_in_child=_pools.cache_clear)
