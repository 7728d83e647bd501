"""Settings of whoever runs the system: queue, logs, metrics, error reports, a sign of life to outside."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from config.env import Env

QUEUE_LIMIT = 4
"""Tasks a cluster fetches ahead."""


def queue(env: Env, *, is_sqlite: bool) -> dict[str, Any]:
    """Q_CLUSTER. The queue is a dumb executor: due times, leases and the outbox are tables of ours.

    One cluster serves everything on SQLite; on PostgreSQL slow shops must delay no message, nor
    slow receivers a poll: the cluster without a name of its own does the housekeeping
    (common/queues.py).
    """
    workers = env.integer("QUEUE_WORKERS", 2, low=1, high=64)
    poll_workers = env.integer("QUEUE_POLL_WORKERS", 4, low=1, high=64)
    notify_workers = env.integer("QUEUE_NOTIFY_WORKERS", 2, low=1, high=64)
    timeout = env.integer("QUEUE_TASK_SECONDS", 60, low=60, high=600)
    cluster: dict[str, Any] = {
        "name": "stock-monitor",
        "broker_class": "runtime.broker.AddressedBroker",
        "orm": "default",
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
    return cluster


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
