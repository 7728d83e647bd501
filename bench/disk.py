"""How much room a year takes: simulated day by day through the real poll, plan, freeze and prune.

100 monitors of one shop are polled four times a day. Most hardly move, a few move at each poll: about
one change per monitor and day. Each change is planned for one channel. The size is that of
the SQLite file after VACUUM, told for 10,000 monitors.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

MONITORS = 100
DAYS = 365
POLLS_PER_DAY = 4
SCALE = 10_000 / MONITORS
CHANCES = ((60, 0.1 / 4), (30, 2 / 4), (10, 1.0))
"""(monitors, chance that a poll finds a change)."""


@dataclass(frozen=True, slots=True)
class Room:
    """Sizes in MB for 10,000 monitors."""

    retention_days: int
    changes_per_day: float
    megabytes: float
    records: int
    days: int


def measure(retention_days: int = 90) -> Room:
    from accounts.models import Team
    from monitoring.models import Monitor, StockDay, StockRecord
    from notifications.models import Channel, Subscription
    from websites.models import Website

    team = Team.objects.create(name="Disk", slug="disk", retention_days=retention_days)
    website = Website.objects.create(
        team=team, name="Disk", source="whmcs_api", url="http://127.0.0.1:9/"
    )
    Monitor.objects.bulk_create(
        Monitor(website=website, product_id=str(pid), product_name=f"VPS {pid}", threshold_low=5)
        for pid in range(MONITORS)
    )
    channel = Channel.objects.create(
        team=team, name="Disk", kind="webhook", config={"url": "http://127.0.0.1:9/"}
    )
    Subscription.objects.create(channel=channel)
    before = _file_size()
    changes = _year(website.pk)
    size = _file_size() - before
    return Room(
        retention_days,
        changes / MONITORS / DAYS,
        size * SCALE / 1e6,
        StockRecord.objects.filter(monitor__website=website).count(),
        StockDay.objects.filter(monitor__website=website).count(),
    )


def _year(website_id: int) -> int:
    import time_machine

    from runtime.pruning import prune

    chance = random.Random(1)
    stock = dict.fromkeys(range(MONITORS), 20)
    start, changes = datetime(2026, 1, 1, 1, tzinfo=UTC), 0
    for day in range(DAYS):
        for number in range(POLLS_PER_DAY):
            now = start + timedelta(days=day, hours=6 * number)
            with time_machine.travel(now, tick=False):
                changes += _poll(website_id, stock, chance, now)
        if day % 7 == 6:
            with time_machine.travel(start + timedelta(days=day, hours=23), tick=False):
                prune(datetime.now(UTC), seconds=None)
    return changes


def _poll(website_id: int, stock: dict[int, int], chance: random.Random, now: datetime) -> int:
    from monitoring.services.leases import take
    from monitoring.services.recording import outcome_record
    from notifications.models import NotificationLog
    from notifications.planning import all_plan
    from notifications.services.freezing import freeze

    first = 0
    for count, odds in CHANCES:
        for pid in range(first, first + count):
            if chance.random() < odds:
                stock[pid] = max(stock[pid] + chance.choice((-9, -3, -2, -1, 2, 8)), 0)
        first += count
    (lease,) = take([website_id], now, only_queued=False)
    result = outcome_record(lease, _snapshot(stock, now), now)
    ids = all_plan(now)
    rows = list(NotificationLog.objects.select_related("channel__team").filter(pk__in=ids))
    freeze(rows, now)
    NotificationLog.objects.filter(pk__in=ids).update(status="sent", sent_at=now)
    return result.changes


def _snapshot(stock: dict[int, int], now: datetime) -> Any:
    from decimal import Decimal

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
    return Snapshot(
        readings=readings,
        is_complete=True,
        body_hash=f"1:{now.isoformat()}{'0' * 40}",
        page_class="listing",
        status=200,
    )


def _file_size() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA page_count")
        pages = int(cursor.fetchone()[0])
        cursor.execute("PRAGMA page_size")
        return pages * int(cursor.fetchone()[0])


def show() -> None:
    room = measure()
    print(
        f"\ndisk: a year of 10,000 monitors with {room.changes_per_day:.2f} changes a day each, "
        f"kept {room.retention_days} days: {room.megabytes:,.0f} MB (goal 4,000)"
    )


if __name__ == "__main__":
    import shutil

    from bench import lab

    folder = lab.prepare()
    try:
        show()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
