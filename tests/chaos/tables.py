"""The tables of a product that runs or stands still, read from outside it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import psycopg2

from notifications.services.claiming import LEASE_SECONDS
from tests.chaos.auditor import Event, Kill, Owed, Product

REAPED_WITHIN = 3.0
"""What the supervisor writes in its book, it did so many seconds before, at most."""

HISTORY = """
    SELECT id, monitor_id, event_type, from_quantity, to_quantity, created_at
    FROM monitoring_monitorhistory WHERE monitor_id IS NOT NULL ORDER BY id
"""
MESSAGES = "SELECT id, public_id, channel_id, status, error_code FROM notifications_notificationlog"
TOLD = "SELECT notificationlog_id, monitorhistory_id FROM notifications_notificationlog_events"
MONITORS = """
    SELECT monitoring_monitor.id, websites_website.name, product_id, quantity
    FROM monitoring_monitor JOIN websites_website ON websites_website.id = website_id
"""
DEATHS = """
    SELECT created_at FROM runtime_processevent
    WHERE what IN ('died', 'silent', 'killed') AND process LIKE 'queue%'
"""
RESTLESS = """
    SELECT (SELECT COUNT(*) FROM monitoring_monitorhistory WHERE planned_at IS NULL),
           (SELECT COUNT(*) FROM notifications_notificationlog
            WHERE status IN ('pending', 'sending')),
           (SELECT COUNT(*) FROM websites_website WHERE lease_expires_at IS NOT NULL)
"""


class Tables:
    """`url` as in DATABASE_URL."""

    def __init__(self, url: str) -> None:
        self.url = url

    def _connect(self) -> Any:
        if self.url.startswith("sqlite"):
            return sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=20)
        return psycopg2.connect(self.url)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(self._connect()) as connection:
            cursor = connection.cursor()
            cursor.execute(sql)
            return list(cursor.fetchall())

    def do(self, sql: str) -> None:
        with closing(self._connect()) as connection, connection:
            connection.cursor().execute(sql)

    def products(self) -> dict[int, Product]:
        """Monitor id -> (shop, product id); shops are named as their websites."""
        return {pk: (name, int(product)) for pk, name, product, _ in self.rows(MONITORS)}

    def stocks(self) -> dict[Product, int | None]:
        """What the product believes."""
        return {(name, int(product)): stock for _, name, product, stock in self.rows(MONITORS)}

    def events(self) -> list[Event]:
        products = self.products()
        return [
            Event(pk, products[monitor], kind, before, after, moment(at))
            for pk, monitor, kind, before, after, at in self.rows(HISTORY)
        ]

    def owed(self) -> list[Owed]:
        told: defaultdict[int, list[int]] = defaultdict(list)
        for message, event in self.rows(TOLD):
            told[message].append(event)
        return [
            Owed(dashed(public_id), channel, status, code, tuple(told[pk]))
            for pk, public_id, channel, status, code in self.rows(MESSAGES)
        ]

    def deaths(self) -> list[Kill]:
        """Queues that the supervisor found dead or ended itself."""
        times = [moment(at) for (at,) in self.rows(DEATHS)]
        return [Kill(at - REAPED_WITHIN, at) for at in times]

    def restless(self) -> Mapping[str, int]:
        """What is not finished yet."""
        ((unplanned, unsent, leased),) = self.rows(RESTLESS)
        return {"unplanned": unplanned, "unsent": unsent, "leased": leased}

    def claims_age(self, made_before: float) -> None:
        """As if the time had passed after which messages of dead senders are free. `made_before`:
        whoever claimed one until then is dead."""
        until = datetime.fromtimestamp(made_before + LEASE_SECONDS, UTC)
        sql = (
            "UPDATE notifications_notificationlog SET claimed_until = '2000-01-01 00:00:00+00:00' "  # noqa: S608 - a time of ours
            f"WHERE status = 'sending' AND claimed_until <= '{until:%Y-%m-%d %H:%M:%S}+00:00'"
        )
        self.do(sql)


def moment(value: str | datetime) -> float:
    """Seconds since the epoch. SQLite keeps times as text in UTC."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()


def dashed(public_id: str) -> str:
    """SQLite keeps ids without dashes."""
    text = str(public_id).replace("-", "")
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
