"""Is the system fit for work? Each check answers with a word; "ok" is the only good one."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor

from common.queues import answers, clusters
from runtime import heartbeats
from runtime.disk import LEAST_BYTES, free_bytes

logger = logging.getLogger(__name__)

OK = "ok"
TICKER_LIMIT_SECONDS = 15.0


def database_answers() -> bool:
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        logger.exception("The database does not answer")
        return False


def pending_migrations() -> list[str]:
    """Names of migrations that are not applied yet."""
    executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def check_database() -> str:
    return OK if database_answers() else "no answer"


def check_migrations() -> str:
    count = len(pending_migrations())
    return OK if not count else f"{count} not applied"


def check_cache() -> str:
    key, value = "health", uuid.uuid4().hex
    cache.set(key, value, 30)
    return OK if cache.get(key) == value else "does not keep values"


def check_disk() -> str:
    free = free_bytes()
    return OK if free >= LEAST_BYTES else f"nearly full, MB left: {free // 1_000_000}"


def check_queue() -> str:
    """Every queue must have answered a canary lately, on whatever machine."""
    if not answers():
        return "its Redis does not answer"
    ages = heartbeats.ages_seconds()
    words = []
    for cluster, name in clusters().items():
        age = ages.get(cluster)
        if age is None:
            words.append(f"{name} never answered")
        elif age > settings.CANARY_LIMIT_SECONDS:
            words.append(f"{name} silent for {age:.0f} s")
    return ", ".join(words) or OK


def check_ticker() -> str:
    age = heartbeats.age_seconds(heartbeats.TICKER)
    if age is None:
        return "never ran"
    return OK if age <= TICKER_LIMIT_SECONDS else f"silent for {age:.0f} s"


CHECKS: dict[str, Callable[[], str]] = {
    "database": check_database,
    "migrations": check_migrations,
    "cache": check_cache,
    "disk": check_disk,
    "queue": check_queue,
    "ticker": check_ticker,
}


def readiness() -> dict[str, str]:
    """The word of every check. A check that breaks down is "failed"; the reason is in the log."""
    words = {}
    for name, check in CHECKS.items():
        try:
            words[name] = check()
        except Exception:
            # The boundary of a check: no fault of one may hide the others or show its text.
            logger.exception("Health check %s failed", name)
            words[name] = "failed"
    return words
