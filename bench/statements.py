"""Statements between taking and releasing the lease, whatever the number of products.

BEGIN and COMMIT, planning and delivery are not counted: they come before and after.
"""

from __future__ import annotations

from bench.findings import Finding
from bench.lab import Lab
from bench.shops import open_shops

FRAME = ("BEGIN", "SAVEPOINT", "RELEASE")


def measure(lab: Lab) -> list[Finding]:
    sizes = (lab.pick(50, 50, 5), lab.pick(1000, 1000, 20))
    found: dict[str, list[int]] = {"same": [], "equal": [], "changed": []}
    for products in sizes:
        name = f"counted{products}"
        (website_id,) = open_shops(lab.remote, name=name, shops=1, products=products)
        _statements(website_id)
        _statements(website_id)
        found["same"].append(_statements(website_id))
        _forget(website_id)
        found["equal"].append(_statements(website_id))
        stock = {str(pid): 0 for pid in range(1, products + 1, 5)}
        lab.remote.post(f"shops/{name}/stock", stock)
        found["changed"].append(_statements(website_id))
    note = f"{sizes[0]} and {sizes[1]:,} products"
    return [
        Finding("Statements, identical body", max(found["same"]), at_most=4, note=note),
        Finding("Statements, nothing changed", max(found["equal"]), at_most=4, note=note),
        Finding("Statements, a fifth sold out", max(found["changed"]), at_most=12, note=note),
        Finding(
            "Statements that the larger shop costs more",
            max(counts[1] - counts[0] for counts in found.values()),
            at_most=0,
        ),
    ]


def _statements(website_id: int) -> int:
    """Of one poll, from after its lease was taken to the commit that gives it back."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from monitoring.services.leases import take
    from monitoring.services.reading import readings_plan
    from monitoring.services.recording import outcome_record

    now = timezone.now()
    leases = take([website_id], now, only_queued=False)
    (reading,) = readings_plan(leases, now)
    snapshot = reading.read()
    with CaptureQueriesContext(connection) as queries:
        outcome_record(leases[0], snapshot, timezone.now())
    count = 0
    for query in queries:
        if query["sql"].startswith("COMMIT"):
            break
        count += not query["sql"].startswith(FRAME)
    return count


def _forget(website_id: int) -> None:
    """The same bytes are decoded and compared again."""
    from websites.models import Website

    Website.objects.filter(pk=website_id).forget_reads()
