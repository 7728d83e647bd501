"""How much room a year takes: simulated day by day through the real poll, plan, freeze and prune.

100 monitors of one shop are polled four times a day. Most hardly move, a few move at each poll: about
one change per monitor and day. Each change is planned for one channel. The size is that of
all tables and indexes after VACUUM, told for 10,000 monitors.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.findings import Finding
from bench.lab import Lab

MONITORS = 100
DAYS = 365
POLLS_PER_DAY = 4
SCALE = 10_000 / MONITORS
CHANCES = ((60, 0.1 / 4), (30, 2 / 4), (10, 1.0))
"""(monitors, chance that a poll finds a change)."""


RETENTION_DAYS = 90
GOAL_MEGABYTES = 4_000


def measure(lab: Lab) -> list[Finding]:
    days = lab.pick(DAYS, 60, 2)
    website_id = one_website(MONITORS, retention_days=RETENTION_DAYS)
    before = sum(sizes().values())
    changes = _year(website_id, days)
    grown = (sum(sizes().values()) - before) * SCALE / 1e6
    note = f"{changes / MONITORS / days:.2f} changes a day, kept {RETENTION_DAYS} days"
    return [
        Finding(f"{days} days of 10,000 monitors", grown, "MB", at_most=GOAL_MEGABYTES, note=note)
    ]


def one_website(monitors: int, *, retention_days: int | None = None) -> int:
    """A website whose monitors are made, not yet read, and a webhook channel for all it says."""
    from accounts.models import Team
    from monitoring.models import Monitor
    from notifications.models import Channel, Subscription
    from websites.models import Website

    team = Team.objects.create(name="Disk", slug="disk", retention_days=retention_days)
    website = Website.objects.create(
        team=team, name="Disk", source="whmcs_api", url="http://127.0.0.1:9/"
    )
    Monitor.objects.bulk_create(
        Monitor(website=website, product_id=str(pid), product_name=f"VPS {pid}", threshold_low=5)
        for pid in range(monitors)
    )
    channel = Channel.objects.create(
        team=team, name="Disk", kind="webhook", config={"url": "http://127.0.0.1:9/"}
    )
    Subscription.objects.create(channel=channel)
    return website.pk


def _year(website_id: int, days: int) -> int:
    import time_machine

    from runtime.pruning import prune

    chance = random.Random(1)
    stock = dict.fromkeys(range(MONITORS), 20)
    start, changes = datetime(2026, 1, 1, 1, tzinfo=UTC), 0
    for day in range(days):
        for number in range(POLLS_PER_DAY):
            _move(stock, chance)
            changes += poll_at(start + timedelta(days=day, hours=6 * number), website_id, stock)
        if day % 7 == 6:
            with time_machine.travel(start + timedelta(days=day, hours=23), tick=False):
                prune(datetime.now(UTC), seconds=None)
    return changes


def _move(stock: dict[int, int], chance: random.Random) -> None:
    first = 0
    for count, odds in CHANCES:
        for pid in range(first, first + count):
            if chance.random() < odds:
                stock[pid] = max(stock[pid] + chance.choice((-9, -3, -2, -1, 2, 8)), 0)
        first += count


def poll_at(now: datetime, website_id: int, stock: dict[int, int]) -> int:
    """One poll at that time, planned, its messages written and sent; returns the changes."""
    import time_machine

    with time_machine.travel(now, tick=False):
        return _poll(website_id, stock, now)


def _poll(website_id: int, stock: dict[int, int], now: datetime) -> int:
    from monitoring.services.leases import take
    from monitoring.services.recording import outcome_record
    from notifications.models import NotificationLog
    from notifications.planning import all_plan
    from notifications.services.freezing import freeze

    (lease,) = take([website_id], now, only_queued=False)
    result = outcome_record(lease, _snapshot(stock), now)
    ids = all_plan(now)
    rows = list(NotificationLog.objects.select_related("channel__team").filter(pk__in=ids))
    freeze(rows, now)
    NotificationLog.objects.filter(pk__in=ids).update(status="sent", sent_at=now)
    return result.changes


def _snapshot(stock: dict[int, int]) -> Any:
    from decimal import Decimal
    from hashlib import blake2b

    from websites.sources.base import Availability, Snapshot, StockReading

    readings = [
        StockReading(
            product_id=str(pid),
            name=f"VPS {pid}",
            availability=Availability.IN_STOCK if number else Availability.OUT_OF_STOCK,
            quantity=number,
            stock_control=True,
            price=Decimal("4.90"),
            currency="EUR",
            token="qty",
        )
        for pid, number in stock.items()
    ]
    digest = blake2b(repr(stock).encode(), digest_size=16).hexdigest()
    return Snapshot(
        readings=readings,
        is_complete=True,
        body_hash=f"1:{digest}",
        page_class="listing",
        status=200,
    )


def sizes() -> dict[str, int]:
    """Bytes in use by table, its indexes included."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM FULL")
            cursor.execute("SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables")
        else:
            cursor.execute("VACUUM")
            cursor.execute(
                "SELECT tbl_name, SUM(pgsize) FROM dbstat JOIN sqlite_master USING (name) "
                "GROUP BY tbl_name"
            )
        return dict(cursor.fetchall())
