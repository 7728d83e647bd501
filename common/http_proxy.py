"""Requests by way of a proxy that an administrator named for one website.

The proxy finds the way itself, so it is the boundary of trust: its own address is not judged, and
of the target only what its name says can be. Deadline and size cap hold as ever.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from urllib.parse import unquote

from django.conf import settings
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, ProxyManager, make_headers
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import LocationParseError
from urllib3.util import Url, parse_url

from common.http_address import may_connect, parse_address, port_of
from common.http_errors import AddressRefusedError, InvalidUrlError
from common.http_socket import PinnedMixin, tls_context

PROXIES_KEPT = 20


class _Local(threading.local):
    proxy: str = ""


_local = _Local()


def proxy_parts(address: str) -> Url:
    """Raises InvalidUrlError for what is no proxy we can use."""
    try:
        parts = parse_url(address)
    except LocationParseError:
        raise InvalidUrlError("The address of the proxy cannot be read.") from None
    if parts.scheme != "http" or not parts.host or not parts.port or parts.request_uri != "/":
        raise InvalidUrlError("Give a proxy as http://host:port, with name:password@ if needed.")
    return parts


@contextmanager
def through_proxy(address: str) -> Iterator[None]:
    """Requests of this thread go by way of `address` ("" for none), like
    http://name:password@proxy.example:3128."""
    before, _local.proxy = _local.proxy, address
    try:
        yield
    finally:
        _local.proxy = before


def proxy_pools(target: Url) -> ProxyManager | None:
    """The connections to use for `target`; None without a proxy. Raises AddressRefusedError for a
    target that names an address nobody may ask."""
    if not _local.proxy:
        return None
    try:
        literal = parse_address((target.host or "").strip("[]"))
    except ValueError:
        literal = None
    networks, ports = settings.ALLOW_PRIVATE_NETWORKS, settings.HTTP_ALLOWED_PORTS
    if literal is not None and not may_connect(
        literal, port_of(target), allowed_networks=networks, ports=ports
    ):
        raise AddressRefusedError(f"Connections to {target.host} are not allowed.", advice="")
    return _manager(_local.proxy)


class _Connection(PinnedMixin, HTTPConnection):
    is_judged = False


class _TlsConnection(PinnedMixin, HTTPSConnection):
    is_judged = False


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


@lru_cache(maxsize=PROXIES_KEPT)
def _manager(address: str) -> ProxyManager:
    parts = proxy_parts(address)
    login = make_headers(proxy_basic_auth=unquote(parts.auth)) if parts.auth else None
    manager = ProxyManager(
        Url("http", None, parts.host, parts.port).url,
        proxy_headers=login,
        ssl_context=tls_context(),
        retries=False,
    )
    manager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}
    return manager


# A forked worker must not speak on the sockets of its parent.
os.register_at_fork(after_in_child=_manager.cache_clear)
