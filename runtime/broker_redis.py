"""The queue in Redis (QUEUE_BROKER=redis): the same names, addresses and order as in the database.

A task is gone from Redis the moment a cluster fetches it, so one that dies loses what it had
fetched. That is allowed: tasks carry ids and the tables say what is due. A poll that never came
back is handed over again after LOST_TASK, an event that was not planned and a message that was
not sent are found by the sweep.

    stock-monitor:queue:poll           tasks of a queue, for whoever serves it
    stock-monitor:queue:poll@<name>    canaries of one supervisor, for its own workers
"""

from __future__ import annotations

import logging
import time
from datetime import datetime
from functools import cache
from typing import Any, cast

from django.conf import settings
from django_q.brokers import Broker
from django_q.brokers.redis_broker import Redis as QueueInRedis
from django_q.conf import Conf
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from runtime.broker import own_address

logger = logging.getLogger(__name__)

PREFIX = "stock-monitor:queue:"
WAIT_SECONDS = 1
"""An empty queue is waited at in the server; a cluster that is told to stop notices after this."""
SERVER_SECONDS = 5.0
"""A server that takes longer to answer counts as away. More than WAIT_SECONDS."""
AWAY_SECONDS = 2.0
"""Pause before a server that is away is asked again."""
ADDRESSED_SECONDS = 600
"""Canaries of a supervisor that is gone vanish by themselves after this."""


@cache
def _client(url: str) -> Redis:
    """One pool of connections per process; a forked process opens its own."""
    return Redis.from_url(
        url,
        socket_connect_timeout=SERVER_SECONDS,
        socket_timeout=SERVER_SECONDS,
        # Once more on a new connection: the server may have closed an idle one.
        retry=Retry(NoBackoff(), 1),
    )


class RedisBroker(QueueInRedis):  # type: ignore[misc]
    # What a cluster says of itself goes where it goes with the other broker, to the cache, which
    # may be away; the parent would log an error every second then.
    set_stat = Broker.set_stat
    get_stat = Broker.get_stat
    get_stats = Broker.get_stats

    def __init__(self, list_key: str | None = None) -> None:
        # Not that of the parent: its names would hold the address before the end.
        Broker.__init__(self, f"{PREFIX}{list_key or Conf.CLUSTER_NAME}")
        self._is_away = False

    def __setstate__(self, state: Any) -> None:
        super().__setstate__(state)
        self._is_away = False

    @staticmethod
    def get_connection(list_key: str | None = None) -> Redis:
        return _client(settings.Q_CLUSTER["redis"])

    def enqueue(self, task: str) -> int:
        """How many tasks wait now. Raises RedisError."""
        with self.connection.pipeline() as both:
            both.rpush(self.list_key, task)
            if "@" in self.list_key:
                both.expire(self.list_key, ADDRESSED_SECONDS)
            return int(both.execute()[0])

    def dequeue(self) -> list[tuple[None, str]] | None:
        """[(None, payload)]: there is nothing to acknowledge. None when nothing came in time.

        Canaries come first. A server that is away is waited for: an error would end the process.
        """
        keys = list(dict.fromkeys([own_address(self.list_key), self.list_key]))
        try:
            found = cast("tuple[bytes, bytes] | None", self.connection.blpop(keys, WAIT_SECONDS))
        except RedisError as error:
            if not self._is_away:
                # No address in it: it may hold a password.
                logger.warning("queue_away error=%s", type(error).__name__)
            self._is_away = True
            time.sleep(AWAY_SECONDS)
            return None
        if self._is_away:
            self._is_away = False
            logger.warning("queue_back")
        return [(None, found[1].decode())] if found else None

    def ping(self) -> bool:
        """Whether the server answers. Never raises: a cluster starts without it and waits."""
        try:
            return bool(self.connection.ping())
        except RedisError:
            return False

    def release(self, now: datetime) -> int:
        """Nothing can be given back: what was fetched is not here any more."""
        return 0

    def forget_dead(self, instances: set[str]) -> None:
        """Not needed: lists with an address expire."""
