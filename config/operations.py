"""Settings of whoever runs the system: queue, logs, metrics, error reports, a sign of life to outside."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from django.core.exceptions import ImproperlyConfigured

from config.env import Env

BROKERS = {"orm": "runtime.broker.AddressedBroker", "redis": "runtime.broker_redis.RedisBroker"}
"""QUEUE_BROKER -> who keeps the tasks: our database, or Redis."""

QUEUE_LIMIT = 4
"""Tasks a cluster fetches ahead."""


def queue(env: Env, *, is_sqlite: bool, redis_url: str) -> dict[str, Any]:
    """Q_CLUSTER. The queue is a dumb executor: due times, leases and the outbox are tables of ours.

    One cluster serves everything on SQLite; on PostgreSQL slow shops must delay no message, nor
    slow receivers a poll: the cluster without a name of its own does the housekeeping
    (common/queues.py). `redis_url`: the shared cache, unless the queue has a Redis of its own.
    """
    broker = env.choice("QUEUE_BROKER", "orm", tuple(BROKERS))
    own_url = env.address("QUEUE_REDIS_URL", ("redis", "rediss"), "redis://:password@host:6379/0")
    workers = env.integer("QUEUE_WORKERS", 2, low=1, high=64)
    poll_workers = env.integer("QUEUE_POLL_WORKERS", 4, low=1, high=64)
    notify_workers = env.integer("QUEUE_NOTIFY_WORKERS", 2, low=1, high=64)
    timeout = env.integer("QUEUE_TASK_SECONDS", 60, low=60, high=600)
    cluster: dict[str, Any] = {
        "name": "stock-monitor",
        "broker_class": BROKERS[broker],
        "orm": "default",  # with Redis too: django-q2 then has its page of queued tasks
        "workers": workers,
        "recycle": 200,
        "max_rss": env.integer("QUEUE_WORKER_MEMORY_MB", 300, low=100, high=65_536) * 1000,
        "timeout": timeout,
        "retry": _retry(timeout, min(workers, poll_workers, notify_workers)),
        "queue_limit": QUEUE_LIMIT,
        "bulk": 1,
        "poll": 0.5,
        "guard_cycle": 1,
        "catch_up": False,
        "ack_failures": True,
        "max_attempts": 1,
        "save_limit": -1,
        "label": "Queue",
    }
    if not is_sqlite:
        cluster["ALT_CLUSTERS"] = {
            "poll": {"workers": poll_workers},
            "notify": {"workers": notify_workers, "timeout": 45},
        }
    if broker == "redis":
        cluster["redis"] = _queue_redis(own_url or redis_url, is_sqlite=is_sqlite)
    return cluster


def _queue_redis(url: str, *, is_sqlite: bool) -> str:
    if is_sqlite:
        raise ImproperlyConfigured(
            "QUEUE_BROKER=redis needs PostgreSQL: set DATABASE_URL, or QUEUE_BROKER=orm."
        )
    if not url:
        raise ImproperlyConfigured(
            "QUEUE_BROKER=redis needs REDIS_URL (or QUEUE_REDIS_URL, for a Redis of its own)."
        )
    return url


def _retry(timeout: int, workers: int) -> int:
    """Seconds after which a fetched task is given out again. They count from the moment it is
    fetched, not from its start: at least (queue_limit / workers + 3) * timeout."""
    return max(600, math.ceil((QUEUE_LIMIT / workers + 3) * timeout))


class Logs(NamedTuple):
    level: str
    form: str


def logs(env: Env) -> Logs:
    return Logs(
        level=env.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        form=env.choice("LOG_FORMAT", "text", ("text", "json")),
    )


class Metrics(NamedTuple):
    token: str
    by_team: bool


def metrics(env: Env) -> Metrics:
    return Metrics(
        token=env.secret("METRICS_TOKEN"), by_team=env.flag("METRICS_BY_TEAM", default=False)
    )


class Watch(NamedTuple):
    sentry_dsn: str
    sentry_environment: str
    deadman_url: str


def watch(env: Env) -> Watch:
    """Who outside is told of errors, and who that all is well."""
    web = ("https", "http")
    return Watch(
        sentry_dsn=env.address("SENTRY_DSN", web, "https://key@host/project"),
        sentry_environment=env.text("SENTRY_ENVIRONMENT", "production"),
        deadman_url=env.address("DEADMAN_URL", web, "https://host/path"),
    )
