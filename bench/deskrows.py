"""A team as it is after a busy week: rows of everything the desk shows, written in bulk."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

WATCHED = 250
"""Monitors of a website."""
RECORDS = 3
"""Records of a monitor, and as many events."""
STORY = 2_000
"""Records and events of the monitor whose page is opened."""
BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Rows:
    team_id: int
    slug: str
    website_id: int
    monitor_id: int
    pages: int
    """Of the list of monitors, as far as it is counted."""


def fill(monitors: int) -> Rows:
    """One team with that many monitors; a twentieth of them have an open alert, as many a resolved
    one, half of them were told of."""
    from django.db import connection
    from django.utils import timezone

    from accounts.models import Team
    from monitoring.models import Monitor

    now, chance = timezone.now(), random.Random(1)
    team = Team.objects.create(
        name="Desk", slug="desk", is_board_on=True, is_quantity_on_board=True
    )
    websites = _websites(team.pk, max(monitors // WATCHED, 1), now)
    Monitor.objects.bulk_create(_monitors(websites, monitors, now, chance), batch_size=BATCH)
    pairs = list(Monitor.objects.order_by("pk").values_list("pk", "website_id"))
    _history(pairs, now, chance)
    _alerts(pairs, now)
    _messages(team.pk, monitors // 2, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    monitor_id, website_id = pairs[0]
    return Rows(team.pk, team.slug, website_id, monitor_id, pages=min(monitors // 50, 200))


def _websites(team_id: int, count: int, now: datetime) -> list[int]:
    from monitoring.models import PollRun
    from websites.models import Website

    kinds = ("ok", "ok", "ok", "ok", "degraded", "blocked")
    made = Website.objects.bulk_create(
        Website(
            team_id=team_id, name=f"Shop {number}", source="whmcs_api", region=f"Region {number % 9}",
            url=f"http://127.0.0.1:9/{number}", health=kinds[number % len(kinds)],
            last_success_at=now - timedelta(seconds=number % 60),
        )
        for number in range(count)
    )  # fmt: skip
    PollRun.objects.bulk_create(
        (
            PollRun(
                website=website, state="done", outcome="unchanged", count=300, duration_ms=90,
                first_at=now - timedelta(hours=back + 1), last_at=now - timedelta(hours=back),
                requests_made=1, bytes_read=30_000, monitors_checked=WATCHED,
            )
            for website in made
            for back in range(24)
        ),
        batch_size=BATCH,
    )  # fmt: skip
    return [website.pk for website in made]


def _monitors(
    websites: list[int], count: int, now: datetime, chance: random.Random
) -> Iterator[Any]:
    from monitoring.models import Monitor

    for number in range(count):
        quantity = chance.choice((None, 0, 0, 1, 2, 5, 20, 40))
        available = None if quantity is None else quantity > 0
        yield Monitor(
            website_id=websites[number % len(websites)],
            product_id=str(number),
            product_name=f"VPS {number}",
            quantity=quantity,
            available=available,
            stock_control_enabled=True,
            threshold_low=3,
            threshold_state="low" if quantity is not None and quantity < 3 else "ok",
            price=Decimal(chance.randint(1, 90)),
            currency="EUR",
            purchase_link=f"http://127.0.0.1:9/cart.php?pid={number}",
            first_read_at=now - timedelta(days=7),
            last_changed_at=now - timedelta(minutes=number % 9_000),
            in_stock_since=now - timedelta(minutes=number % 9_000) if available else None,
        )


def _history(pairs: list[tuple[int, int]], now: datetime, chance: random.Random) -> None:
    from monitoring.models import MonitorHistory, StockRecord

    kinds = ("restocked", "stock_decreased", "stock_decreased", "sold_out", "threshold_breach_low")
    story = [pairs[0]] * STORY if len(pairs) > STORY else []
    places = [*(pair for pair in pairs for _ in range(RECORDS)), *story]
    times = sorted(now - timedelta(seconds=chance.randint(60, 604_800)) for _ in places)
    chance.shuffle(places)
    rows = list(zip(times, places, strict=True))
    StockRecord.objects.bulk_create(
        (
            StockRecord(
                monitor_id=monitor, quantity=number % 40, available=number % 40 > 0,
                change_type="purchase", delta=-1, price=Decimal(5), currency="EUR", created_at=at,
            )
            for number, (at, (monitor, _)) in enumerate(rows)
        ),
        batch_size=BATCH,
    )  # fmt: skip
    MonitorHistory.objects.bulk_create(
        (
            MonitorHistory(
                monitor_id=monitor, website_id=website, event_type=kinds[number % len(kinds)],
                from_quantity=number % 40 + 1, to_quantity=number % 40, delta=-1, message="Purchased",
                created_at=at, planned_at=at,
            )
            for number, (at, (monitor, website)) in enumerate(rows)
        ),
        batch_size=BATCH,
    )  # fmt: skip


def _alerts(pairs: list[tuple[int, int]], now: datetime) -> None:
    from monitoring.models import Alert

    def alert(number: int, **fields: Any) -> Alert:
        monitor, website = pairs[number]
        at = now - timedelta(minutes=number % 9_000 + 10)
        return Alert(
            monitor_id=monitor, website_id=website, kind="low", quantity=1, threshold=3,
            subject=f"VPS {number}", opened_at=at, **fields,
        )  # fmt: skip

    still = {"status": "open", "last_sent_at": now, "next_alert_at": now + timedelta(days=1)}
    over = {"status": "resolved", "resolved_at": now, "resolve_reason": "recovered"}
    Alert.objects.bulk_create(
        (
            *(alert(number, **still) for number in range(0, len(pairs), 20)),
            *(alert(number, **over) for number in range(10, len(pairs), 20)),
        ),
        batch_size=BATCH,
    )


def _messages(team_id: int, count: int, now: datetime) -> None:
    from notifications.models import Channel, NotificationLog

    channels = Channel.objects.bulk_create(
        Channel(team_id=team_id, name=f"Hook {number}", kind="webhook", config={"url": "http://x"})
        for number in range(5)
    )
    NotificationLog.objects.bulk_create(
        (
            NotificationLog(
                channel=channels[number % 5], group_key=f"desk{number}", status="sent",
                notification_type="restocked", subject=f"Back in stock: VPS {number}",
                message="Back in stock: 5 left.\nhttp://127.0.0.1:9/cart.php", retry_count=1,
                sent_at=now - timedelta(seconds=number),
            )
            for number in range(count)
        ),
        batch_size=BATCH,
    )  # fmt: skip
