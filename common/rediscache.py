"""Django's Redis cache, with one promise more: a Redis that is away behaves like an empty cache.

The cache carries conveniences only (limits of the API, progress of an import, the state a queue
cluster shows). None of them is worth an error page or a poll, so reads find nothing, writes are
dropped and say so, and `/api/v1/health/ready` names the cache.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.core.cache.backends import redis as django_redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

T = TypeVar("T")

PATIENCE_SECONDS = 1.0
PAUSE_SECONDS = 5.0
"""A server that failed is not asked for so long: otherwise every page would wait for it again."""

OPTIONS: dict[str, Any] = {
    "socket_connect_timeout": PATIENCE_SECONDS,
    "socket_timeout": PATIENCE_SECONDS,
    # Once more on a new connection: the server may have closed an idle one.
    "retry": Retry(NoBackoff(), 1),
}

_asleep_until: dict[str, float] = {}
"""Servers that failed last -> monotonic time of the next try. Shared by the threads of a process;
a lost race costs one more try."""


class RedisCache(django_redis.RedisCache):
    """Settings as for Django's own; OPTIONS go to the connection pool."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params | {"OPTIONS": OPTIONS | params.get("OPTIONS", {})})
        self._server = server

    def _ask(self, call: Callable[[], T], lost: T) -> T:
        """What the server answers, or `lost` while it is away."""
        if time.monotonic() < _asleep_until.get(self._server, 0.0):
            return lost
        try:
            found = call()
        except RedisError as error:
            if self._server not in _asleep_until:
                # No address in it: it may hold a password.
                logger.warning("cache_away error=%s", type(error).__name__)
            _asleep_until[self._server] = time.monotonic() + PAUSE_SECONDS
            return lost
        if _asleep_until.pop(self._server, None) is not None:
            logger.warning("cache_back")
        return found

    def add(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> bool:
        return self._ask(lambda: super(RedisCache, self).add(key, value, *args, **kwargs), False)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._ask(lambda: super(RedisCache, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, *args: Any, **kwargs: Any) -> None:
        self._ask(lambda: super(RedisCache, self).set(key, value, *args, **kwargs), None)

    def touch(self, key: Any, *args: Any, **kwargs: Any) -> bool:
        return self._ask(lambda: super(RedisCache, self).touch(key, *args, **kwargs), False)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._ask(lambda: super(RedisCache, self).delete(key, version), False)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        return self._ask(lambda: super(RedisCache, self).get_many(keys, version), {})

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self._ask(lambda: super(RedisCache, self).has_key(key, version), False)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError for a key that is not there, as every cache of Django does."""
        found = self._ask(lambda: super(RedisCache, self).incr(key, delta, version), None)
        if found is None:
            raise ValueError(f"Key {key!r} not found.")
        return found

    def set_many(self, data: dict[Any, Any], *args: Any, **kwargs: Any) -> list[Any]:
        """The keys that could not be stored."""
        lost = list(data)
        return self._ask(lambda: super(RedisCache, self).set_many(data, *args, **kwargs), lost)

    def delete_many(self, keys: Iterable[Any], version: int | None = None) -> None:
        self._ask(lambda: super(RedisCache, self).delete_many(keys, version), None)

    def clear(self) -> None:
        self._ask(super().clear, None)
