"""Server time of the desk's pages before the owner of a team that watches 100,000 monitors."""

from __future__ import annotations

import statistics
import time
from typing import Any

from bench.deskrows import Rows, fill
from bench.findings import Finding
from bench.lab import Lab

GOAL_MS = 1000


def measure(lab: Lab) -> list[Finding]:
    """The median of some requests after a first one, wall clock, nothing kept in the cache; no browser,
    no network."""
    monitors = lab.pick(100_000, 20_000, 100)
    rows = fill(monitors)
    client = _client(rows.team_id)
    rounds = lab.pick(7, 5, 1)
    return [
        _timed(client, f"{name}, {monitors:,} monitors", address, rounds)
        for name, address in pages(rows).items()
    ]


def pages(rows: Rows) -> dict[str, str]:
    """What is told of a page -> its address."""
    from django.urls import reverse

    def at(name: str, *args: int) -> str:
        return reverse(f"admin:{name}", args=args)

    monitors = at("monitoring_monitor_changelist")
    return {
        "Overview": at("index"),
        "List of monitors": monitors,
        "List of monitors, low ones": f"{monitors}?stock=low",
        "List of monitors, searched": f"{monitors}?q=vps+77",
        "List of monitors, by stock": f"{monitors}?o=3",
        "List of monitors, the last page that is counted": f"{monitors}?p={rows.pages}",
        "List of websites": at("websites_website_changelist"),
        "List of events": at("monitoring_monitorhistory_changelist"),
        "List of alerts": at("monitoring_alert_changelist"),
        "List of messages": at("notifications_notificationlog_changelist"),
        "Page of a monitor": at("monitoring_monitor_change", rows.monitor_id),
        "Page of a website": at("websites_website_change", rows.website_id),
        "Board": f"/board/{rows.slug}/",
    }


def _client(team_id: int) -> Any:
    from django.test import Client

    from accounts.models import Membership, User

    owner = User.objects.create_user("desk-owner", is_staff=True)
    Membership.objects.create(team_id=team_id, user=owner, role="owner")
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(owner)
    return client


def _timed(client: Any, what: str, address: str, rounds: int) -> Finding:
    from django.core.cache import cache

    spent, worked = [], []
    for _ in range(rounds + 1):
        cache.clear()  # what the board and the figures of the overview are kept in
        began, worked_before = time.monotonic(), time.process_time()
        answer = client.get(address)
        body = answer.getvalue() if answer.streaming else answer.content
        spent.append(time.monotonic() - began)
        worked.append(time.process_time() - worked_before)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")
    note = f"{statistics.median(worked[1:]) * 1000:.0f} ms CPU, {len(body) / 1000:.0f} kB"
    return Finding(what, statistics.median(spent[1:]) * 1000, "ms", at_most=GOAL_MS, note=note)
